//! Draws charts as pictures, away from the async threads and a few at a time.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;

use crate::charts::picture;

/// Answers whose pictures are drawn at once: a small instance has one or two processors, and the engine needs one.
const MAX_DRAWING: usize = 1;
/// How long an answer waits for a permit. It goes out without pictures then.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Pixels of a picture for one of the chart's: sharp on a telephone.
const SCALE: f32 = 2.5;

/// Clones share the limit.
#[derive(Debug, Clone)]
pub struct Pictures {
    permits: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(MAX_DRAWING)) }
    }
}

impl Pictures {
    /// Draws each chart as a PNG.
    ///
    /// # Errors
    /// If a chart cannot be drawn, or too many others are waiting.
    pub async fn draw(&self, charts: Vec<String>) -> anyhow::Result<Vec<Vec<u8>>> {
        let permit = tokio::time::timeout(MAX_WAIT, self.permits.clone().acquire_owned());
        let permit = permit.await.context("too many pictures are being drawn")??;
        let drawn = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            charts.iter().map(|svg| picture::png(svg, SCALE)).collect::<Result<Vec<_>, _>>()
        });
        drawn.await.context("drawing a picture panicked")?.context("cannot draw a picture")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="9" height="9" fill="#fff"/></svg>"##;

    #[tokio::test(start_paused = true)]
    async fn pictures_wait_for_a_permit_and_not_for_ever() {
        let pictures = Pictures::default();
        let held = pictures.permits.clone().acquire_owned().await.unwrap();
        let error = pictures.draw(vec![SVG.to_owned()]).await.unwrap_err();
        assert_eq!(error.to_string(), "too many pictures are being drawn");
        drop(held);
        let error = pictures.draw(vec!["no SVG".to_owned()]).await.unwrap_err();
        assert_eq!(error.to_string(), "cannot draw a picture");
        // What failed gives its permit back.
        let drawn = pictures.draw(vec![SVG.to_owned(), SVG.to_owned()]).await.unwrap();
        assert!(drawn.len() == 2 && drawn.iter().all(|png| png.starts_with(b"\x89PNG")));
    }
}
