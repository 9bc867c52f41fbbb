//! What the columns of a list say.

use std::fmt;

/// What a column says about a player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Id,
    Nickname,
    State,
    FurnaceLevel,
}

pub(super) const MEANINGS: [Meaning; 4] = [Meaning::Id, Meaning::Nickname, Meaning::State, Meaning::FurnaceLevel];

impl Meaning {
    /// The titles that people and other bots give such a column, in lower case, without blanks, `_`, `-` and similar.
    /// The last lines of each are those of people who write in the other languages that the bot speaks.
    pub(super) fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "playerid",
                "id",
                "fid",
                "uid",
                "gameid",
                "accountid",
                "ingameid",
                "chiefid",
                "wosid",
                "playerfid",
                "spielerid",
                "idjoueur",
                "iddujoueur",
                "idjugador",
                "iddeljugador",
                "iddejugador",
                "idjogador",
                "iddojogador",
                "oyuncuid",
                "oyuncukimliği",
                "idигрока",
                "айди",
                "플레이어id",
                "아이디",
                "プレイヤーid",
                "玩家id",
            ],
            Self::Nickname => &[
                "nickname",
                "name",
                "playername",
                "ign",
                "nick",
                "ingamename",
                "player",
                "chief",
                "chiefname",
                "spieler",
                "spielername",
                "nom",
                "pseudo",
                "joueur",
                "nombre",
                "jugador",
                "apodo",
                "nome",
                "jogador",
                "apelido",
                "isim",
                "ad",
                "oyuncu",
                "oyuncuadı",
                "имя",
                "ник",
                "никнейм",
                "игрок",
                "이름",
                "닉네임",
                "플레이어",
                "名前",
                "プレイヤー名",
                "ニックネーム",
                "名稱",
                "名字",
                "暱稱",
                "玩家",
                "玩家名稱",
            ],
            Self::State => &[
                "state",
                "kid",
                "server",
                "stateid",
                "serverid",
                "statenumber",
                "stateno",
                "kingdom",
                "kingdomid",
                "homestate",
                "staat",
                "état",
                "etat",
                "serveur",
                "estado",
                "servidor",
                "eyalet",
                "bölge",
                "sunucu",
                "государство",
                "штат",
                "сервер",
                "서버",
                "왕국",
                "サーバー",
                "王国",
                "州",
                "伺服器",
                "王國",
                "區",
            ],
            Self::FurnaceLevel => &[
                "furnacelevel",
                "furnace",
                "furnacelv",
                "level",
                "lv",
                "fclevel",
                "fc",
                "stove",
                "stovelevel",
                "stovelv",
                "ofen",
                "ofenstufe",
                "schmelzofen",
                "fourneau",
                "chaudière",
                "chaudiere",
                "niveaudelachaudière",
                "niveau",
                "horno",
                "calefactor",
                "niveldelcalefactor",
                "nivel",
                "fornalha",
                "níveldafornalha",
                "nível",
                "fırın",
                "fırınseviyesi",
                "seviye",
                "печь",
                "топка",
                "уровеньтопки",
                "уровень",
                "용광로",
                "용광로레벨",
                "레벨",
                "溶鉱炉",
                "大溶鉱炉",
                "大溶鉱炉レベル",
                "レベル",
                "熔爐",
                "熔爐等級",
                "大熔爐",
                "等級",
            ],
        }
    }

    /// The meaning of a column with this title; `None` if it is not used.
    pub fn of(title: &str) -> Option<Self> {
        // A capital İ becomes an i and a dot of its own, which is no letter.
        let title: String = title.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
        MEANINGS.into_iter().find(|meaning| meaning.titles().contains(&title.as_str()))
    }

    /// The column's title in files that this bot writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "player_id",
            Self::Nickname => "nickname",
            Self::State => "state",
            Self::FurnaceLevel => "furnace_level",
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
