//! A working copy in memory: what MongoDB does not take did not happen.

use crate::domain::record::Record;
use crate::ports::Replica;
use crate::replica::MongoReplica;
use crate::store::{Confirm, Outbox};

/// Changes go to MongoDB before they count.
pub(super) fn confirm_with(replica: MongoReplica) -> Confirm {
    let runtime = tokio::runtime::Handle::current();
    Box::new(move |changes: Outbox| {
        // Each command is bounded; only a large change takes several of them.
        runtime.block_on(async {
            put_all(&replica, &changes.erasures).await?;
            replica.erase(&changes.erased).await.map_err(|e| e.to_string())?;
            put_all(&replica, &changes.records).await
        })
    })
}

async fn put_all(replica: &MongoReplica, records: &[Record]) -> Result<(), String> {
    let lost = replica.put(records).await.map_err(|e| e.to_string())?;
    for ours in lost.into_iter().filter_map(|at| records.get(at)) {
        let there = replica.get(ours.kind, vec![ours.key()]).await.map_err(|e| e.to_string())?;
        // What is there already, from an attempt whose answer was lost, say, is no loss.
        if !there.contains(ours) {
            return Err("another instance has written there".to_owned());
        }
    }
    Ok(())
}
