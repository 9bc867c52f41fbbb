code-error-empty = ❌ ギフトコードには文字か数字が1つ以上必要です。コードを確認して、もう一度お試しください。
code-error-too-long = ❌ 「{ $text }」はギフトコードではありません：{ $most }文字を超えています。コードを確認して、もう一度お試しください。
code-error-character = ❌ 「{ $text }」はギフトコードではありません：{ $character }が含まれています。使えるのは英字 A–Z、数字、`-`、`_` だけです。
character-blank = 空白
character-invisible = 見えない文字 { $number }
character-control = 制御文字 { $number }
character-visible = 「{ $character }」

player-error-id = 「{ $text }」はプレイヤーIDではありません：プレイヤーIDは1～12桁の数字です
player-error-state = 「{ $text }」は王国ではありません：王国は1以上の整数です
player-error-id-shortened = 「{ $text }」は完全なプレイヤーIDではありません：表計算ソフトで省略されています。列の表示形式を小数なしの数値にしてください
player-error-state-shortened = 「{ $text }」は完全な王国の番号ではありません：表計算ソフトで省略されています。列の表示形式を小数なしの数値にしてください
player-error-nothing-changed = ❌ { $error }。何も変更していません。
