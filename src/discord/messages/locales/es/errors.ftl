code-error-empty = ❌ Un código de regalo tiene al menos una letra o un dígito. Revisa el código e inténtalo de nuevo.
code-error-too-long = ❌ “{ $text }” no es un código de regalo: tiene más de { $most } caracteres. Revisa el código e inténtalo de nuevo.
code-error-character = ❌ “{ $text }” no es un código de regalo: contiene { $character }. Solo se admiten las letras A–Z, dígitos, `-` y `_`.
character-blank = un espacio
character-invisible = el carácter invisible { $number }
character-control = el carácter de control { $number }
character-visible = “{ $character }”

player-error-id = “{ $text }” no es un ID de jugador: debe ser un número de 1 a 12 dígitos
player-error-state = “{ $text }” no es un estado: debe ser un número entero a partir de 1
player-error-id-shortened = “{ $text }” no es un ID de jugador completo: una hoja de cálculo lo acortó. Da a la columna formato de número sin decimales
player-error-state-shortened = “{ $text }” no es un estado completo: una hoja de cálculo lo acortó. Da a la columna formato de número sin decimales
player-error-nothing-changed = ❌ { $error }. No se cambió nada.
