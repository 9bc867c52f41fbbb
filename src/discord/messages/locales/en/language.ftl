### The language of a server: that of the messages which everybody in a channel sees.

# $name is a language in its own words: English, Deutsch, 日本語.
language-is = 🌐 Posts and progress messages in this server are in { $name }. Choose another language with `/manage language language:`. Answers to commands and buttons are in the language of each person's Discord.
language-set = ✅ New posts and progress messages in this server are in { $name } from now on. Answers to commands and buttons are in the language of each person's Discord.
