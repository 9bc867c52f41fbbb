//! The bot that runs on this computer: whether there is one, and what it says of itself (docs/contract.md, over HTTP).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;

use crate::domain::check::{Finding, FindingId};
use crate::domain::text::clean;
use crate::ops::server::address_file::PageAddress;
use crate::runtime::http;

/// A bot on this computer answers within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The largest answer that is read, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// The longest text that is shown, in characters.
const TEXT_CHARS: usize = 500;
/// The most problems that are shown.
const MAX_PROBLEMS: usize = 8;

/// Where a bot may run.
pub struct BotPlace {
    /// `PORT`.
    pub port: Option<u16>,
    pub state_file: PathBuf,
    /// The process that holds the state file's lock.
    pub holder: Option<u32>,
    /// There must be one, and it need only be alive: the check of a container.
    pub must_live: bool,
}

/// `/healthz`
#[derive(Debug, Deserialize)]
struct Alive {
    alive: bool,
    text: String,
    pid: u32,
}

/// `/readyz`
#[derive(Debug, Deserialize)]
struct Ready {
    ready: bool,
    standing: String,
    #[serde(default)]
    problems: Vec<Trouble>,
}

#[derive(Debug, Deserialize)]
struct Trouble {
    part: String,
    text: String,
    #[serde(default)]
    remedy: String,
}

pub async fn check_running(place: BotPlace) -> Vec<Finding> {
    let began = Instant::now();
    let findings = find(&place).await;
    findings.into_iter().map(|finding| finding.took(began.elapsed())).collect()
}

async fn find(place: &BotPlace) -> Vec<Finding> {
    let on_file = PageAddress::beside(&place.state_file);
    let address = match (place.port, &on_file) {
        (Some(port), _) => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        // A file that somebody else could have written leads nowhere else.
        (None, Some(file)) if file.address.ip().is_loopback() => Some(file.address),
        _ => None,
    };
    let Some(address) = address else {
        return vec![unreached(place, "no bot has left its address beside the state file")];
    };
    let alive: Alive = match ask(address, "healthz").await {
        Ok(alive) => alive,
        Err(why) => return vec![unreached(place, &format!("nothing that is a bot answers at {address} ({why})"))],
    };
    if !alive.alive {
        return vec![Finding::new(FindingId::BotSilent, format!("the bot hangs: {}", clean(&alive.text, TEXT_CHARS)))];
    }
    let process = format!("process {} at {address}", alive.pid);
    if place.must_live {
        return vec![Finding::new(FindingId::BotWell, format!("{process} is alive"))];
    }
    match ask(address, "readyz").await {
        Ok(ready) => readiness(ready, &process),
        Err(why) => {
            vec![Finding::new(FindingId::BotSilent, format!("{process} is alive, and does not say how it is ({why})"))]
        }
    }
}

fn unreached(place: &BotPlace, why: &str) -> Finding {
    match place.holder {
        Some(process) => {
            Finding::new(FindingId::BotSilent, format!("the process {process} works with the state file, but {why}"))
        }
        None if place.must_live => Finding::new(FindingId::BotDown, format!("no bot runs here: {why}")),
        None => Finding::new(FindingId::BotAbsent, "no bot runs here"),
    }
}

/// One finding for each problem; if there is none, one for all.
fn readiness(ready: Ready, process: &str) -> Vec<Finding> {
    let standing = clean(&ready.standing.replace('_', " "), TEXT_CHARS);
    let id = match ready.ready {
        true if ready.problems.is_empty() => {
            return vec![Finding::new(FindingId::BotWell, format!("{process} is well: {standing}"))];
        }
        true => FindingId::BotDegraded,
        false => FindingId::BotNotReady,
    };
    if ready.problems.is_empty() {
        return vec![Finding::new(id, format!("{process} is not ready: {standing}"))];
    }
    let problems = ready.problems.into_iter().take(MAX_PROBLEMS);
    problems
        .map(|problem| {
            let finding = Finding::new(id, format!("{process}: {}", clean(&problem.text, TEXT_CHARS)));
            let finding = finding.of(clean(&problem.part, TEXT_CHARS));
            match clean(&problem.remedy, TEXT_CHARS) {
                remedy if remedy.is_empty() => finding,
                remedy => finding.with_action(remedy),
            }
        })
        .collect()
}

/// The answer, with whatever status. Something else that listens there gives another one.
async fn ask<T: DeserializeOwned>(address: SocketAddr, path: &str) -> Result<T, String> {
    let url: Url = format!("http://{address}/{path}").parse().map_err(|_| "no address".to_owned())?;
    let client = http::client(std::slice::from_ref(&url), ANSWER_WITHIN).redirect(Policy::none()).build();
    let client = client.map_err(|_| "HTTP cannot begin".to_owned())?;
    let answered = client.get(url).header(ACCEPT, "application/json").send().await;
    let answered = answered.map_err(|error| match error {
        error if error.is_timeout() => format!("no answer within {} s", ANSWER_WITHIN.as_secs()),
        _ => "no connection".to_owned(),
    })?;
    let body = http::read_body(answered, MAX_BODY).await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&body).map_err(|_| "its answer is not a bot's".to_owned())
}
