language-is = 🌐 このサーバーの投稿と進行状況メッセージの言語は{ $name }です。`/manage language language:` で別の言語を選べます。コマンドやボタンへの返事は、各自のDiscordの言語で表示されます。
language-set = ✅ 今後、このサーバーの新しい投稿と進行状況メッセージの言語は{ $name }になります。コマンドやボタンへの返事は、各自のDiscordの言語で表示されます。
