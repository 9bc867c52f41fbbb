//! `/metrics`: what the services count, and what is read when somebody scrapes, as OpenMetrics text (docs/metrics.md).

mod process;
mod readings;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use crate::ops::instance::InstanceMonitor;
use crate::runtime::metrics::Metrics;

use readings::{MetricKind, Reading};

/// For so long, scrapes share what was read: however many there are, they cannot keep the store busy.
const READ_AT_MOST_EVERY: Duration = Duration::from_secs(3);
/// Reading takes no longer; what the store does not answer in time is left out.
const READ_TIMEOUT: Duration = Duration::from_secs(3);
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct Exporter {
    instance: InstanceMonitor,
    registry: Registry,
    readings: Arc<Readings>,
    /// When they were read; held while they are read.
    read_at: tokio::sync::Mutex<Option<Instant>>,
}

/// What was read last.
#[derive(Debug, Default)]
struct Readings(Mutex<Vec<Reading>>);

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        for reading in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let kind = match reading.kind {
                MetricKind::Gauge => MetricType::Gauge,
                MetricKind::Counter => MetricType::Counter,
            };
            // The registry ends its own descriptions in the same way.
            let help = format!("{}.", reading.help);
            let mut family = encoder.encode_descriptor(reading.name, &help, reading.unit.as_ref(), kind)?;
            for (labels, value) in &reading.series {
                let metric = family.encode_family(labels)?;
                match reading.kind {
                    MetricKind::Gauge => ConstGauge::new(*value).encode(metric)?,
                    MetricKind::Counter => ConstCounter::new(*value).encode(metric)?,
                }
            }
        }
        Ok(())
    }
}

pub fn routes(instance: InstanceMonitor, metrics: Metrics) -> Router {
    let (mut registry, readings) = (Registry::default(), Arc::<Readings>::default());
    registry.register(
        "giftcode_build",
        "The version of the program",
        Info::new([("version", env!("CARGO_PKG_VERSION"))]),
    );
    metrics.register(&mut registry);
    registry.register_collector(Box::new(readings.clone()));
    let exporter = Exporter { instance, registry, readings, read_at: tokio::sync::Mutex::default() };
    Router::new().route("/metrics", get(scrape)).with_state(Arc::new(exporter))
}

async fn scrape(State(exporter): State<Arc<Exporter>>) -> Response {
    exporter.read().await;
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &exporter.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "The metrics cannot be written.\n").into_response(),
    }
}

impl Exporter {
    /// Reads anew, unless that was done a moment ago.
    async fn read(&self) {
        let mut read_at = self.read_at.lock().await;
        if read_at.is_some_and(|at| at.elapsed() < READ_AT_MOST_EVERY) {
            return;
        }
        let readings = match tokio::time::timeout(READ_TIMEOUT, readings::of_instance(&self.instance)).await {
            Ok(readings) => readings,
            Err(_) => readings::of_process(&self.instance),
        };
        *self.readings.0.lock().unwrap_or_else(PoisonError::into_inner) = readings;
        *read_at = Some(Instant::now());
    }
}
