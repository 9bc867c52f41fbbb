//! The signature of every request (docs/protocol.md, "Signature").

use md5::{Digest, Md5};

/// The MD5 of `k1=v1&k2=v2&…` followed by the salt, in lower-case hex; keys sorted, values raw.
pub fn sign(fields: &[(&str, &str)], salt: &str) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let joined: Vec<String> = sorted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let digest = Md5::digest(format!("{}{salt}", joined.join("&")));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "tB87#kPtkxqOS2";

    // printf 'cdk=WOS1105&fid=33750731&kid=245&time=1760000000tB87#kPtkxqOS2' | md5sum
    #[test]
    fn a_redeem_form_as_md5sum_says() {
        let fields = [("fid", "33750731"), ("cdk", "WOS1105"), ("kid", "245"), ("time", "1760000000")];
        assert_eq!(sign(&fields, SALT), "e79c39532bfbfa82910325ae99bc8f91");
    }

    // printf 'fid=33750731&time=1760000000123tB87#kPtkxqOS2' | md5sum, and the same with the sister game's salt
    #[test]
    fn a_player_form_as_md5sum_says() {
        let fields = [("time", "1760000000123"), ("fid", "33750731")];
        assert_eq!(sign(&fields, SALT), "563faf1b3e43231a723fe26e827bb1f4");
        assert_eq!(sign(&fields, "mN4!pQs6JrYwV9"), "9bbce57bd3275c99e12bd394ec0552d5");
    }
}
