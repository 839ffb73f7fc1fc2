//! The value types that a key can hold, with Redis's encodings.

pub mod hash;
pub mod hyperloglog;
pub mod list;
pub mod memory;
mod quicklist;
pub mod set;
mod small_bytes;
pub mod sorted_set;
pub mod stream;
pub mod string;

use self::hash::Fields;
use super::limits::Limits;
use super::notify::Class;
pub use hash::Hash;
pub use list::List;
use list::NodeLimit;
pub use set::Set;
pub use small_bytes::SmallBytes;
pub use sorted_set::SortedSet;
pub use stream::Stream;
pub use string::Str;

/// The value of a key.
#[derive(Debug, Clone)]
pub enum Value {
    /// A string.
    Str(Str),
    /// A list.
    List(Box<List>),
    /// A set.
    Set(Box<Set>),
    /// A hash.
    Hash(Box<Hash>),
    /// A sorted set.
    SortedSet(Box<SortedSet>),
    /// A stream.
    Stream(Box<Stream>),
}

/// A type of value that a key can hold. `Keyspace` reads and edits values through this trait, and returns WRONGTYPE if
/// a value has another type.
pub(crate) trait DataType: Default {
    /// Class of the type's keyspace events.
    const CLASS: Class;

    /// Returns the value as this type, or `None` if it has another type.
    fn from_value(value: &Value) -> Option<&Self>;

    /// Returns a mutable reference to the value as this type, or `None` if it has another type.
    fn from_value_mut(value: &mut Value) -> Option<&mut Self>;

    /// Wraps this value in a `Value`.
    fn into_value(self) -> Value;
}

/// Implements `DataType` for a type that a variant of `Value` holds, boxed or not.
macro_rules! data_type {
    ($variant:ident, $class:ident) => {
        impl DataType for $variant {
            const CLASS: Class = Class::$class;

            fn from_value(value: &Value) -> Option<&Self> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }

            fn from_value_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }

            fn into_value(self) -> Value {
                Value::$variant(self.into())
            }
        }
    };
}

data_type!(Str, String);
data_type!(List, List);
data_type!(Set, Set);
data_type!(Hash, Hash);
data_type!(SortedSet, SortedSet);
data_type!(Stream, Stream);

impl Value {
    /// Returns the name that TYPE reports.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Str(_) => "string",
            Value::List(_) => "list",
            Value::Set(_) => "set",
            Value::Hash(_) => "hash",
            Value::SortedSet(_) => "zset",
            Value::Stream(_) => "stream",
        }
    }

    /// Returns the encoding that OBJECT ENCODING reports.
    pub fn encoding(&self) -> &'static str {
        match self {
            Value::Str(value) => value.encoding(),
            Value::List(value) => value.encoding(),
            Value::Set(value) => value.encoding(),
            Value::Hash(value) => value.encoding(),
            Value::SortedSet(value) => value.encoding(),
            Value::Stream(value) => value.encoding(),
        }
    }

    /// Returns the class of the type's keyspace events.
    pub(crate) fn class(&self) -> Class {
        match self {
            Value::Str(_) => Str::CLASS,
            Value::List(_) => List::CLASS,
            Value::Set(_) => Set::CLASS,
            Value::Hash(_) => Hash::CLASS,
            Value::SortedSet(_) => SortedSet::CLASS,
            Value::Stream(_) => Stream::CLASS,
        }
    }

    /// Records the earliest expiry time of a hash's fields. The database schedules the hash under this time. Has no
    /// effect on other types.
    pub(crate) fn note_field_expiry(&mut self) {
        if let Value::Hash(value) = self {
            value.note_expiry();
        }
    }

    /// Returns the time that `note_field_expiry` recorded last, in milliseconds since 1970. Returns `None` if the value
    /// is not a hash, or if none of its fields had an expiry time.
    pub(crate) fn noted_field_expiry(&self) -> Option<i64> {
        match self {
            Value::Hash(value) => value.noted_expiry(),
            Value::Str(_) | Value::List(_) | Value::Set(_) | Value::SortedSet(_) | Value::Stream(_) => None,
        }
    }

    /// Removes any of the given hash fields that have expired. Returns how many were removed.
    pub(crate) fn expire_fields(&mut self, fields: Fields, now_ms: i64) -> usize {
        match self {
            Value::Hash(value) => value.expire(fields, now_ms),
            Value::Str(_) | Value::List(_) | Value::Set(_) | Value::SortedSet(_) | Value::Stream(_) => 0,
        }
    }

    /// Returns a copy without spare memory, as COPY creates it.
    pub(crate) fn compact_copy(&self) -> Self {
        match self {
            Value::Str(value) => Value::Str(value.compact_copy()),
            Value::List(_) => self.clone(),
            Value::Set(value) => Value::Set(Box::new(value.compact_copy())),
            Value::Hash(value) => Value::Hash(Box::new(value.compact_copy())),
            Value::SortedSet(value) => Value::SortedSet(Box::new(value.compact_copy())),
            Value::Stream(value) => Value::Stream(Box::new(value.compact_copy())),
        }
    }

    /// Returns Redis's estimate of how many allocations must be freed to delete the value. This is the number of nodes
    /// of a quicklist or of elements of a table, that of nodes and pending entries of a stream, and otherwise 1.
    pub(crate) fn allocations(&self) -> usize {
        match self {
            Value::List(value) if value.nodes().is_quicklist() => value.nodes().count(),
            Value::Set(value) if matches!(value.layout(), set::Layout::Hashtable(_)) => value.len(),
            Value::Hash(value) if matches!(value.layout(), hash::Layout::Hashtable(_)) => value.len(),
            Value::SortedSet(value) if matches!(value.layout(), sorted_set::Layout::Skiplist(_)) => value.len(),
            Value::Stream(value) => value.allocations(),
            _ => 1,
        }
    }

    /// Returns the value as it would be after being saved and loaded, as DEBUG RELOAD does.
    pub(crate) fn reloaded(mut self, limits: &Limits) -> Self {
        match &mut self {
            Value::Str(value) => *value = Str::new(&value.bytes()),
            Value::List(value) => value.reload(NodeLimit::new(limits.list_max_listpack_size)),
            Value::Set(value) => **value = value.reloaded(limits),
            Value::Hash(value) => **value = value.reloaded(*limits),
            Value::SortedSet(value) => value.reload(*limits),
            Value::Stream(value) => **value = value.compact_copy(),
        }
        self
    }

    /// Returns whether the value is an empty container, in which case its key is deleted.
    pub fn is_empty(&self) -> bool {
        match self {
            // An empty string and an empty stream are valid values, so their keys are not deleted.
            Value::Str(_) | Value::Stream(_) => false,
            Value::List(value) => value.is_empty(),
            Value::Set(value) => value.is_empty(),
            Value::Hash(value) => value.is_empty(),
            Value::SortedSet(value) => value.is_empty(),
        }
    }
}
