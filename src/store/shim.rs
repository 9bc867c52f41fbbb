//! What sessions ask of the store and it does not have yet: a temporary working copy, and who had the lock before.
use super::{FileLock, Opening, Store, StoreError};
use std::path::Path;

impl Store {
    /// x
    pub fn is_temporary(&self) -> bool {
        self.is_in_memory()
    }
    /// x
    pub fn open_temporary(_from: Option<&Path>, _opening: Opening) -> Result<Self, StoreError> {
        Err(StoreError::Closed)
    }
}
impl FileLock {
    /// x
    pub fn dead_predecessor(&self) -> Option<&str> {
        None
    }
}
