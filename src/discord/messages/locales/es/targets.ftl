target-set = ✅ A partir de ahora publico los códigos de regalo en { $channel }.
target-set-first = ✅ A partir de ahora publico los códigos de regalo en { $channel }, empezando por los activos.
target-publishes = Publico cada mensaje también en los canales que siguen a ese canal.
target-forum = Cada código tiene ahí su propia publicación, y en ella se muestra su progreso.
target-forum-post = Esta es una sola publicación de un foro. Para que cada código tenga la suya, usa `/manage giftcode setchannel channel:` y elige el foro.
target-mentions = Cada publicación menciona { $roles }.
target-mentions-nobody = Las publicaciones ya no mencionan ningún rol.
target-role-gone = Se borró un rol que las publicaciones mencionaban. Elige otro con `role` o `add_role`.
target-not-notified = Discord no notifica a { $roles }: activa “Permitir que cualquiera @mencione este rol” en los ajustes del rol.
target-allow-too = Dame también estos permisos ahí: { $permissions }.

target-blocked = ❌ No puedo publicar en { $channel }: { $why }. No se cambió nada.
target-too-many-roles = ❌ Una publicación menciona como máximo { $most } roles. Quita antes uno con `remove_role`. No se cambió nada.
target-channel-gone = ❌ El canal se eliminó. Elige otro con `/manage giftcode setchannel`.

test-no-channel = No hay ningún canal elegido. Elige uno con `/manage giftcode setchannel` y luego pruébalo.
test-still-there = Todavía estoy borrando la última publicación de prueba. Inténtalo de nuevo en un minuto.
test-post-name = Prueba del bot de códigos de regalo
test-post-title = 🧪 Esto es una prueba
test-post-text = Aquí aparecerán los códigos de regalo nuevos. Esta prueba desaparece en unos segundos.

test-works = 🧪 Publicar funciona
test-not-tried = 🧪 No falta nada, pero no probé a publicar
test-something-missing = 🧪 Falta algo
test-post-there = ✅ Publicación: está ahí. La borro en unos segundos.
test-post-not-tried = ➖ Publicación: no la probé, porque no podría borrarla de un foro. Para probarla, dame ahí el permiso **Gestionar publicaciones**.
test-post-failed = ❌ Publicación: { $why }.
test-mention = ✅ Mención: las publicaciones notifican a { $roles }. La prueba no notificó a nadie.
test-mention-silent = ❌ Mención: Discord no notifica a { $roles }. Activa “Permitir que cualquiera @mencione este rol” en los ajustes del rol.
test-mention-gone = ❌ Mención: se borró un rol. Elige otro con `/manage giftcode setchannel role:`.
test-mention-none = ➖ Mención: no hay ningún rol elegido. Añade uno con `/manage giftcode setchannel add_role:`.
test-embed = ✅ Tarjeta: se muestra.
test-files = ✅ Archivos: puedo adjuntar listas de jugadores fallidos.
test-files-missing = ❌ Archivos: las listas largas de jugadores fallidos se cortan. Dame ahí el permiso **Adjuntar archivos**.
test-history-missing = ❌ Historial: después de una interrupción no puedo ver si un código se publicó. Dame ahí el permiso **Leer el historial de mensajes**.
test-publish = ✅ Difusión: publico los mensajes también en los canales que siguen a este. La prueba no se difundió.

post-for-alliance = Alianza (líderes)
post-for-alliance-menu = Alianza (líderes) …
post-auto-is-on = -# El canje automático está activado: los códigos nuevos se canjean para toda la lista de jugadores sin este botón.
