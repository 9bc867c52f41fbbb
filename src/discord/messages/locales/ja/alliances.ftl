alliances-between = 、
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ **{ $name }** という同盟はここにはありません。`alliance` で選んでください：{ $names }
alliances-unknown-only-one = ❌ **{ $name }** という同盟はここにはありません。このサーバーの同盟は1つなので、`alliance` は省略してください。
alliances-which = ❌ このサーバーには複数の同盟があります。`alliance` でどれかを指定してください：{ $names }
alliances-which-here = ❌ このチャンネルには複数の同盟が投稿しています。`alliance` でどれかを指定してください：{ $names }
alliances-added-second = ✅ **{ $name }** を追加しました。このサーバーの最初の同盟の名前は **{ $first }** になりました。`/manage alliance rename` で変更できます。
    今後、コマンドで `alliance` オプションを使えます。Discordに表示されるまで1分ほどかかることがあります。
alliances-added = ✅ **{ $name }** を追加しました。
alliances-next-channel = `/manage giftcode setchannel alliance:{ $name } channel:` でコードの投稿先を選び、`/manage players add alliance:{ $name }` でプレイヤーを追加してください。
alliances-next-players = `/manage players add alliance:{ $name }` でプレイヤーを追加してください。
alliances-known = **{ $name }** はすでに追加されています。
alliances-name-taken = ❌ **{ $name }** という同盟はすでにあります。別の名前にしてください。
alliances-bad-name = ❌ 名前は1～{ $most }文字です。
alliances-too-many = ❌ 1つのサーバーに登録できる同盟は{ $most }個までです。先に `/manage alliance remove` でどれかを削除してください。
alliances-role-without-channel = ❌ `channel` も指定してください。ロールはそこへの投稿でメンションされます。
alliances-renamed = ✅ 同盟の名前を **{ $name }** に変更しました。
alliances-gone = この同盟はすでに削除されています。
alliances-last = ❌ このサーバーで唯一の同盟なので削除できません。投稿をやめるには `/manage giftcode unsetchannel` を使ってください。
alliances-remove-sure = **{ $name }** を削除しますか？{ $players ->
        [0] プレイヤーリストは空です。
       *[other] プレイヤーリスト（{ $players }人）も削除されます。
    } 今後、この同盟への投稿や交換は行いません。過去の結果は残ります：同盟が複数ある間は、`/manage giftcode history` で同盟の名前を指定すると見られます。
alliances-remove-button = 削除
alliances-removed = ✅ **{ $name }** を削除しました。{ $players ->
        [0] プレイヤーリストは空でした。
       *[other] プレイヤーリストには{ $players }人いました。
    }
alliances-one-left = このサーバーの同盟はまた1つになりました。コマンドに `alliance` オプションはもう必要ありません。
alliances-order = 複数の同盟でコードを交換するときは、この順番で行います。複数のリストにいるプレイヤーは、最初の同盟で交換します。
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players }人 · { $auto }
alliances-no-channel = チャンネルなし
alliances-auto-on = 自動オン
alliances-auto-off = 自動オフ
alliances-post = 🛡️ { $names }
