code-error-empty = ❌ Um código de presente tem pelo menos uma letra ou um dígito. Confira o código e tente de novo.
code-error-too-long = ❌ “{ $text }” não é um código de presente: tem mais de { $most } caracteres. Confira o código e tente de novo.
code-error-character = ❌ “{ $text }” não é um código de presente: contém { $character }. Só valem as letras A–Z, dígitos, `-` e `_`.
character-blank = um espaço
character-invisible = o caractere invisível { $number }
character-control = o caractere de controle { $number }
character-visible = “{ $character }”

player-error-id = “{ $text }” não é um ID de jogador: tem que ser um número de 1 a 12 dígitos
player-error-state = “{ $text }” não é um estado: tem que ser um número inteiro a partir de 1
player-error-id-shortened = “{ $text }” não é um ID de jogador completo: uma planilha o encurtou. Formate a coluna como número sem casas decimais
player-error-state-shortened = “{ $text }” não é um estado completo: uma planilha o encurtou. Formate a coluna como número sem casas decimais
player-error-nothing-changed = ❌ { $error }. Nada foi alterado.
