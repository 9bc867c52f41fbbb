### Files and lists of players that cannot be read, or lines of them. What follows “Nobody was imported: ” begins in lower case
### where the language allows it. The names of columns (player_id, state, kid, …) are not translated: files have them so.

# $why is one of the sentences “files-…” below.
files-not-imported = ❌ Nobody was imported: { $why }

## The whole file

files-empty = the file is empty. Give one player ID on each line, or a CSV file with the columns player_id, nickname, state.
files-too-large = the file is larger than { $megabytes } MB. Split it.
files-too-many-lines = the file has more than { $lines } lines. Split it.
files-is-spreadsheet = this is a spreadsheet (.xlsx, .ods) or another archive. Open it, save it as CSV, and attach the CSV file.
files-is-empty-archive = this is an empty .zip archive. Attach a CSV file or a text file.
files-is-old-spreadsheet = this is an old spreadsheet (.xls) or document (.doc). Open it, save it as CSV, and attach the CSV file.
files-is-document = this is a formatted document (.rtf). Open it, save it as plain text, and attach that.
# The bots that many alliances come from keep their players in such a file. “Table(s) as CSV file” is an entry of that program's menu.
files-is-database = this is a SQLite database. Attach a CSV file instead: use the other bot's own export, or open the file in DB Browser for SQLite and choose File → Export → Table(s) as CSV file, the table `users` or `players`.
files-is-pdf = this is a PDF. Give the players as a CSV file or as text.
files-is-image = this is an image. Give the players as a CSV file or as text.
files-is-compressed = this is a compressed file. Unpack it, and attach what is in it.
files-is-unmarked-unicode = this is text in UTF-16 or UTF-32 without a mark. Save it as CSV UTF-8, and attach that.
files-is-web-page = this is a web page (HTML) or XML. Open it, save it as CSV, and attach the CSV file.
files-is-not-text = this is not text. Open it, save it as CSV, and attach the CSV file.
# Follows those of the messages above about files that a computer has to open.
files-on-a-phone = On a phone, copy the list as text instead and paste it into the form of `/manage players add`.
# $reason is English: a technical description of the mistake and its line.
files-broken-json = the file looks like JSON but is broken: { $reason }.
# $columns is one of the next two messages.
files-no-ids = no column with player IDs was found. { $columns } Needed is player_id (or id, fid, uid, game id). nickname, state (or kid, server) and furnace_level may be there, separated by commas, semicolons or tabs.
# $columns lists what the first line has: "id", "name".
files-columns = The columns are { $columns }.
files-no-columns = There are no columns.
# The first line of the file is a player, not the names of the columns.
files-unclear = the first line does not name the columns, and they can be read in more than one way. { $columns } Put a line with their names on top, such as player_id,nickname,state.
# [{"fid": …, "state": …}, …] is JSON and is not translated.
files-number-for-each-id = the file has a number for each ID, which may be a state or a name. Write `[{"{"}"fid": …, "state": …{"}"}, …]` instead.
# $place is “line 3”. $first and $second are the names of two columns, $meaning is player_id, nickname or state.
files-two-columns = { $place }: the columns “{ $first }” and “{ $second }” may both be { $meaning } and differ. Rename or remove one.
files-no-players = the file has a header but no players.

## A line of the file

files-line = line { $number }
# One of the entries of a JSON list.
files-entry = entry { $number }
# $reason is one of the messages below: “line 3: there is no player ID”.
files-bad-line = { $place }: { $reason }
files-no-id = there is no player ID
# $separator is one of the messages “files-separator-…”.
files-more-columns-than-header = has { $columns } columns, the header { $usual }; put a name that contains { $separator } in quotes
files-more-columns-than-most = has { $columns } columns, most lines { $usual }; put a name that contains { $separator } in quotes
# $column is player_id or state.
files-too-few-columns = there is no { $column }: the line has too few columns
files-level-too-high = the furnace level { $level } is too high; put a name that contains { $separator } in quotes
# $place and $other are places such as “line 3”.
files-other-details = player { $id } is already on { $other }, with other details
files-other-state = player { $id } is already on { $other }, with another state
files-other-state-later = player { $id } is also on { $other }, with another state
files-open-quote = a quote opens and does not close before the line ends; a quote within a name is written twice
files-text-after-quote = there is text after a closing quote; a quote within a name is written twice
files-may-belong-to = it may belong to { $other }, on which a quote opens: write both as one line
files-line-too-long = the line is longer than any list of players needs
files-too-wide = it has more than { $columns } columns
files-not-a-player = it is not a player
files-field-twice = it has “{ $name }” twice

files-separator-commas = commas
files-separator-semicolons = semicolons
files-separator-tabs = tabs
files-separator-bars = bars
