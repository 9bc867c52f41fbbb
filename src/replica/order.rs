//! Merge keys as text, so that the server can compare a whole key at once.

use crate::domain::sync::record::MergeKey;

/// A number as text that sorts like the number: its count of digits as a letter, then the digits.
fn sortable(number: i64) -> String {
    let digits = if number == 0 { String::new() } else { format!("{number:x}") };
    let length = if number < 0 { '-' } else { char::from(b'a' + u8::try_from(digits.len()).unwrap_or_default()) };
    format!("{length}{digits}")
}

/// A merge key as text that sorts like the key. Ranks are not negative, so the text begins with a letter and is greater than
/// every text of schema 1, which begins with a digit.
pub(super) fn order(key: &MergeKey) -> String {
    let MergeKey { rank, tries, version, digest } = key;
    format!("{}/{}/{}/{digest:016x}", sortable(*rank), sortable(*tries), sortable(version.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::sync::version::Version;

    proptest! {
        #[test]
        fn merge_keys_sort_as_text(
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
            let old = format!("3/{:019}", other.version.0);
            prop_assert!(order(&one) > old, "texts of schema 1 are replaced: {}", old);
        }
    }
}
