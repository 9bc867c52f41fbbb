//! The players of a list that is no table.

use super::columns::Columns;
use super::table::Row;

pub(super) struct Entries {
    pub columns: Columns,
    pub rows: Vec<Row<'static>>,
}
