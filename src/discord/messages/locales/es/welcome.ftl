welcome-title = 👋 ¡Hola! Publico códigos de regalo de Whiteout Survival y los canjeo para tu alianza.
welcome-intro = Tres pasos y listo:
welcome-end = Los miembros que quieran canjear códigos por su cuenta usan `/link`, o el botón de una publicación. `/help` muestra todo esto otra vez.

welcome-help-title = 🎁 Códigos de regalo: cómo funciona
welcome-members = Para todos
welcome-members-steps = 1️⃣ Usa `/link` una vez con tu ID de jugador. Lo encuentras en tu perfil del juego.
    2️⃣ Toca **Canjear para mí** en una publicación, o usa `/redeem`. Las recompensas llegan por el correo del juego.
welcome-leaders = Para líderes
welcome-leaders-steps = 1️⃣ En el canal para los códigos de regalo, usa `/manage giftcode setchannel`. Ahí publico cada código nuevo.
    2️⃣ Usa `/manage players add` o `/manage players import` para darme tus jugadores.
    3️⃣ Usa `/manage giftcode auto` y elige *activado*. Así canjeo cada código para todos ellos.
welcome-panel = ¿Prefieres botones? `/manage panel` publica un menú para todo lo que haces a diario. `/manage language` elige el idioma de las publicaciones.
welcome-more = Más
welcome-more-commands = `/giftcode` muestra los códigos activos, `/unlink` desvincula tu cuenta. Líderes: `/manage access role:` permite a tus R4 usar `/manage`, `/manage giftcode status` muestra lo que está configurado, y `/manage players idchannel` deja que los miembros entren solos en la lista.
welcome-second-alliance = `/manage alliance add` es para una segunda alianza.
