//! Digests of values, as DEBUG DIGEST computes them.

use sha1_smol::Sha1;

use super::Entry;
use crate::data::Value;
use crate::number;

/// A digest to which data is added in two ways. The result of `mix` depends on the order of the data, and that of
/// `add` does not.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Digest(pub [u8; 20]);

impl Digest {
    pub fn add(&mut self, bytes: &[u8]) {
        let hash = Sha1::from(bytes).digest().bytes();
        self.0.iter_mut().zip(hash).for_each(|(byte, other)| *byte ^= other);
    }

    pub fn mix(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.0 = Sha1::from(self.0).digest().bytes();
    }

    /// Returns a digest of the given parts. The digest depends on their order.
    pub fn from_parts(parts: &[&[u8]]) -> Self {
        let mut digest = Digest::default();
        parts.iter().for_each(|part| digest.mix(part));
        digest
    }

    /// Returns the digest as hexadecimal digits.
    pub fn digits(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Entry {
    /// Returns a digest of the value, as hexadecimal digits. The digest covers whether the key expires, but not when.
    /// The order of members and fields does not matter.
    pub fn digest(&self) -> String {
        self.mixed_into(Digest::default()).digits()
    }

    /// Returns a digest that results from mixing this entry into the given one.
    pub(crate) fn mixed_into(&self, mut digest: Digest) -> Digest {
        // Redis's numbers for the value types, which are part of the digest.
        let type_number: u32 = match self.value {
            Value::Str(_) => 0,
            Value::List(_) => 1,
            Value::Set(_) => 2,
            Value::SortedSet(_) => 3,
            Value::Hash(_) => 4,
            Value::Stream(_) => 6,
        };
        digest.mix(&type_number.to_be_bytes());
        match &self.value {
            Value::Str(text) => digest.mix(&text.bytes()),
            Value::List(list) => list.iter().for_each(|element| digest.mix(element)),
            Value::Set(set) => set.iter().for_each(|member| digest.add(member)),
            Value::SortedSet(zset) => zset.iter().for_each(|(member, score)| {
                let score = number::format_shortest(score);
                digest.add(&Digest::from_parts(&[member, score.as_bytes()]).0);
            }),
            Value::Hash(hash) => hash.iter().for_each(|(field, value)| {
                let mut pair = Digest::from_parts(&[field, value]);
                if hash.expiry(field).flatten().is_some() {
                    pair.add(b"!!hexpire!!");
                }
                digest.add(&pair.0);
            }),
            Value::Stream(stream) => stream.iter().for_each(|entry| {
                digest.mix(format!("{}.{}", entry.id.ms, entry.id.seq).as_bytes());
                entry.for_each(|field, value| {
                    field.with_bytes(|bytes| digest.mix(bytes));
                    value.with_bytes(|bytes| digest.mix(bytes));
                });
            }),
        }
        if self.expires_ms().is_some() {
            digest.add(b"!!expire!!");
        }
        digest
    }
}
