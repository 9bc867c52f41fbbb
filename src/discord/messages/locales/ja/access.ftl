access-managers-only = 🔒 これは**サーバー管理**権限を持つメンバーだけが使えます。そのメンバーに頼むか、`/manage access` で自分のロールを許可してもらってください。
access-managers-and-roles-only = 🔒 これは**サーバー管理**権限を持つメンバーか、次のロールのメンバーだけが使えます：{ $roles }
access-only-server-managers-change = 🔒 `/manage` を使える人を変更できるのは、**サーバー管理**権限を持つメンバーだけです。

access-nobody-named = `/manage` を使えるのは**サーバー管理**権限を持つメンバーです。R4やR5にも許可するには、`/manage access role:` でそのロールを選んでください。
access-roles-named = `/manage` を使えるのは、**サーバー管理**権限を持つメンバーと、次のロールのメンバーです：{ $roles }
    ロールの許可を取り消すには `/manage access role: remove:True` を使ってください。
access-role-of-alliance = { $role }（{ $alliance }）
access-role-added = ✅ { $role } のメンバーが `/manage` とリーダー用のボタンを使えるようになりました。これを変更できるのは**サーバー管理**権限を持つメンバーだけです。
    `/manage` が表示されない場合は、*サーバー設定 → 連携サービス* で制限されています（パソコン版のDiscordだけで表示されます）。そこでもロールを許可してください。
access-role-known = { $role } のメンバーはすでに `/manage` を使えます。何も変更していません。
access-role-removed = ✅ { $role } のメンバーは `/manage` を使えなくなりました（ほかのロールや**サーバー管理**権限がある場合を除く）。
access-role-not-named = { $role } は `/manage` を使えるロールではありません。何も変更していません。
access-role-of-all-alliances = { $role } はこのサーバーのすべての同盟で `/manage` を使えるため、1つの同盟だけ取り消すことはできません。まず `/manage access role: remove:True` ですべて取り消し、残したい同盟を `alliance` で指定して許可し直してください。何も変更していません。
access-too-many-roles = ❌ `/manage` を使えるロールはすでに上限の{ $most }個です。先に `/manage access role: remove:True` でどれかを外してください。何も変更していません。
access-not-everyone = ❌ 全員に `/manage` を許可することはできません。リーダーだけが持つロールを選んでください。何も変更していません。
access-which-role = ❌ `/manage` を使えなくするロールはどれですか？`/manage access role: remove:True` で選んでください。何も変更していません。
