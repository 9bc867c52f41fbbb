//! Since when each part has been well, as far as this process has seen it.

use std::collections::BTreeMap;
use std::mem::discriminant;

use jiff::Timestamp;
use strum::VariantArray;

use crate::domain::health::{InstanceHealth, Part, Standing};

#[derive(Debug, Clone)]
pub struct PartHistory {
    standing: Standing,
    standing_since: Timestamp,
    /// The parts that are well, and since when.
    well_since: BTreeMap<Part, Timestamp>,
}

impl PartHistory {
    /// The process started at `started_at`; nothing was wrong yet.
    pub fn new(started_at: Timestamp) -> Self {
        let well_since = Part::VARIANTS.iter().map(|part| (*part, started_at)).collect();
        Self { standing: Standing::Starting, standing_since: started_at, well_since }
    }

    /// Takes in what is so at `now`.
    pub fn observe(&mut self, health: &InstanceHealth, now: Timestamp) {
        if discriminant(&self.standing) != discriminant(&health.standing) {
            (self.standing, self.standing_since) = (health.standing.clone(), now);
        }
        let problems = health.problems(now);
        for part in Part::VARIANTS {
            if problems.iter().any(|problem| problem.part == *part) {
                self.well_since.remove(part);
            } else {
                self.well_since.entry(*part).or_insert(now);
            }
        }
    }

    pub fn standing_since(&self) -> Timestamp {
        self.standing_since
    }

    pub fn well_since(&self) -> &BTreeMap<Part, Timestamp> {
        &self.well_since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_well_since_its_last_trouble_ended() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let health = |standing| InstanceHealth { standing, started_at: at(0), parts: None };
        let mut history = PartHistory::new(at(0));
        history.observe(&health(Standing::Starting), at(5));
        assert_eq!((history.standing_since(), history.well_since()[&Part::Leadership]), (at(0), at(0)));
        history.observe(&health(Standing::Blocked("one reason".into())), at(10));
        history.observe(&health(Standing::Blocked("another one".into())), at(20));
        assert_eq!((history.standing_since(), history.well_since().get(&Part::Leadership)), (at(10), None));
        history.observe(&health(Standing::Standby), at(30));
        history.observe(&health(Standing::Standby), at(40));
        assert_eq!((history.standing_since(), history.well_since()[&Part::Leadership]), (at(30), at(30)));
        assert_eq!(history.well_since()[&Part::Feeds], at(0));
    }
}
