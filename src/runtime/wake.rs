//! Waking loops that wait for a change.

use std::pin::Pin;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Wakes the loops that wait for a change, in the order in which they came.
///
/// A loop listens before it looks for what to do, and waits afterwards. A change that comes while it looks then ends the wait
/// at once; a loop that listened only after it looked would miss that change.
#[derive(Debug, Default)]
pub struct Wake(Notify);

impl Wake {
    pub fn wake_all(&self) {
        self.0.notify_waiters();
    }

    /// Completes when all are woken after this call, whether or not it was polled by then.
    pub fn listen(&self) -> Pin<Box<Notified<'_>>> {
        let mut woken = Box::pin(self.0.notified());
        woken.as_mut().enable();
        woken
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_wake_while_a_loop_looks_is_not_lost() {
        let wake = Wake::default();
        wake.wake_all();
        let woken = wake.listen();
        let later = wake.listen();
        wake.wake_all();
        assert_eq!((woken.now_or_never(), later.now_or_never()), (Some(()), Some(())));
        assert_eq!(wake.listen().now_or_never(), None);
    }
}
