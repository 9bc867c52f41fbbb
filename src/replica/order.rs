//! Merge keys as text, so that the server can compare all of one at once.

use crate::domain::record::MergeKey;
use crate::domain::version::Version;

/// No order of this schema is less, and every one of schema 1 is.
pub(super) const FIRST_ORDER: &str = "a";

/// A number as text that sorts as numbers do: how many digits it has as a letter, then these.
fn sorting(number: i64) -> String {
    let digits = if number == 0 { String::new() } else { format!("{number:x}") };
    let length = if number < 0 { '-' } else { char::from(b'a' + u8::try_from(digits.len()).unwrap_or_default()) };
    format!("{length}{digits}")
}

fn read_sorting(text: &str) -> Option<i64> {
    let digits = text.get(1..)?;
    if digits.is_empty() { Some(0) } else { Some(u64::from_str_radix(digits, 16).ok()?.cast_signed()) }
}

/// A merge key as text that sorts as merge keys do. Ranks are not negative, so it begins with a letter and is greater than all
/// that programs of schema 1 have there, which begins with a digit.
pub(super) fn order(key: &MergeKey) -> String {
    let MergeKey { rank, tries, version, digest } = key;
    format!("{}/{}/{}/{digest:016x}", sorting(*rank), sorting(*tries), sorting(version.0))
}

pub(super) fn read_order(text: &str) -> Option<MergeKey> {
    let mut parts = text.split('/');
    let mut part = || parts.next();
    let key = MergeKey {
        rank: read_sorting(part()?)?,
        tries: read_sorting(part()?)?,
        version: Version(read_sorting(part()?)?),
        digest: u64::from_str_radix(part()?, 16).ok()?,
    };
    // What looks like one and is none reads as another.
    (order(&key) == text).then_some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merge_keys_sort_as_text_and_read_back(
            one in (0i64..4 << 40, 0i64..9, 0i64..3, any::<u64>()),
            other in (0i64..4 << 40, 0i64..9, any::<i64>(), 0u64..3),
            same in any::<[bool; 3]>(),
        ) {
            let key = |(rank, tries, version, digest)| MergeKey { rank, tries, version: Version(version), digest };
            let one = key(one);
            let mut other = key(other);
            other.rank = if same[0] { one.rank } else { other.rank };
            other.tries = if same[1] { one.tries } else { other.tries };
            other.version = if same[2] { one.version } else { other.version };
            prop_assert_eq!(order(&one).cmp(&order(&other)), one.cmp(&other), "{} {}", order(&one), order(&other));
            prop_assert_eq!((read_order(&order(&one)), read_order(&order(&other))), (Some(one), Some(other)));
            let old = format!("3/{:019}", other.version.0);
            prop_assert!(order(&one).as_str() >= FIRST_ORDER && FIRST_ORDER > old.as_str(), "{}", old);
            prop_assert!(order(&one) > old && read_order(&old).is_none(), "what schema 1 wrote gives way: {}", old);
        }
    }
}
