//! One row's hash, the same at every desk and at the hub.

use uuid::Uuid;

use super::columns::Columns;

/// FNV-1a over the row as canonical JSON: columns by name, those that are empty left out. It finds what went wrong, not what was forged.
pub fn row_hash(id: Uuid, columns: &Columns) -> u64 {
    struct Fnv(u64);
    impl std::io::Write for Fnv {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    let _ = std::io::Write::write(&mut hash, id.as_bytes());
    for column in columns.iter().filter(|(_, value)| !value.is_null()) {
        let _ = serde_json::to_writer(&mut hash, &column);
    }
    hash.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_empty_does_not_count_and_what_differs_does() {
        let columns = |value| serde_json::from_value::<Columns>(value).unwrap();
        let hash = |value| row_hash(Uuid::nil(), &columns(value));
        assert_eq!(hash(json!({"a": 1, "b": null})), hash(json!({"a": 1})));
        assert_ne!(hash(json!({"a": 1})), hash(json!({"a": "1"})));
        assert_ne!(hash(json!({"a": 1})), row_hash(Uuid::max(), &columns(json!({"a": 1}))));
    }
}
