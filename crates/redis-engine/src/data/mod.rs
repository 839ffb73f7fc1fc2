//! Values: what a key can hold, each in the encodings that Redis would choose.

pub mod hash;
pub mod list;
pub mod memory;
pub mod quicklist;
pub mod set;
pub mod small_bytes;
pub mod sorted_set;
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
pub use string::Str;

/// What a key holds.
#[derive(Debug, Clone)]
pub enum Value {
    Str(Str),
    List(Box<List>),
    Set(Box<Set>),
    Hash(Box<Hash>),
    SortedSet(Box<SortedSet>),
}

/// A type that a key can hold. `Keyspace` reads and edits values through it, and refuses those of another type.
pub trait DataType: Default {
    /// The class of the type's keyspace events.
    const CLASS: Class;

    fn of(value: &Value) -> Option<&Self>;

    fn of_mut(value: &mut Value) -> Option<&mut Self>;

    fn into_value(self) -> Value;
}

/// Implements `DataType` for a type that is a variant of `Value`, boxed or not.
macro_rules! data_type {
    ($variant:ident, $class:ident) => {
        impl DataType for $variant {
            const CLASS: Class = Class::$class;

            fn of(value: &Value) -> Option<&Self> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }

            fn of_mut(value: &mut Value) -> Option<&mut Self> {
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

impl Value {
    /// What TYPE answers.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Str(_) => "string",
            Value::List(_) => "list",
            Value::Set(_) => "set",
            Value::Hash(_) => "hash",
            Value::SortedSet(_) => "zset",
        }
    }

    /// What OBJECT ENCODING answers.
    pub fn encoding(&self) -> &'static str {
        match self {
            Value::Str(value) => value.encoding(),
            Value::List(value) => value.encoding(),
            Value::Set(value) => value.encoding(),
            Value::Hash(value) => value.encoding(),
            Value::SortedSet(value) => value.encoding(),
        }
    }

    pub fn class(&self) -> Class {
        match self {
            Value::Str(_) => Str::CLASS,
            Value::List(_) => List::CLASS,
            Value::Set(_) => Set::CLASS,
            Value::Hash(_) => Hash::CLASS,
            Value::SortedSet(_) => SortedSet::CLASS,
        }
    }

    /// Notes when the first of its parts expires (a hash's fields may), for the schedule of its database.
    pub fn note_part_expiry(&mut self) {
        if let Value::Hash(value) = self {
            value.note_expiry();
        }
    }

    /// What `note_part_expiry` has noted last, in milliseconds since 1970.
    pub fn noted_part_expiry(&self) -> Option<i64> {
        match self {
            Value::Hash(value) => value.noted_expiry(),
            Value::Str(_) | Value::List(_) | Value::Set(_) | Value::SortedSet(_) => None,
        }
    }

    /// Drops the parts whose time is over, those of them that are asked for, and says how many.
    pub fn expire_parts(&mut self, asked: Fields, now_ms: i64) -> usize {
        match self {
            Value::Hash(value) => value.expire(asked, now_ms),
            Value::Str(_) | Value::List(_) | Value::Set(_) | Value::SortedSet(_) => 0,
        }
    }

    /// A copy as COPY makes it, which has no more room than it needs.
    pub fn copied(&self) -> Self {
        match self {
            Value::Str(value) => Value::Str(value.copied()),
            Value::List(_) => self.clone(),
            Value::Set(value) => Value::Set(Box::new(value.copied())),
            Value::Hash(value) => Value::Hash(Box::new(value.copied())),
            Value::SortedSet(value) => Value::SortedSet(Box::new(value.copied())),
        }
    }

    /// How much there is to free one by one, as Redis guesses it: nodes of a quicklist, elements of a table.
    pub fn allocations(&self) -> usize {
        match self {
            Value::List(value) if value.nodes().is_quicklist() => value.nodes().count(),
            Value::Set(value) if matches!(value.layout(), set::Layout::Hashtable(_)) => value.len(),
            Value::Hash(value) if matches!(value.layout(), hash::Layout::Hashtable(_)) => value.len(),
            Value::SortedSet(value) if matches!(value.layout(), sorted_set::Layout::Skiplist(_)) => value.len(),
            _ => 1,
        }
    }

    /// What it would be if it had been saved and read back: DEBUG RELOAD.
    pub fn reloaded(mut self, limits: &Limits) -> Self {
        match &mut self {
            Value::Str(value) => *value = Str::new(&value.bytes()),
            Value::List(value) => value.reload(NodeLimit::new(limits.list_max_listpack_size)),
            Value::Set(value) => **value = value.reloaded(limits),
            Value::Hash(value) => **value = value.reloaded(*limits),
            Value::SortedSet(value) => value.reload(*limits),
        }
        self
    }

    /// Whether nothing is left of it, so that the key must go.
    pub fn is_empty(&self) -> bool {
        match self {
            // Even an empty string is a value: SET may store one.
            Value::Str(_) => false,
            Value::List(value) => value.is_empty(),
            Value::Set(value) => value.is_empty(),
            Value::Hash(value) => value.is_empty(),
            Value::SortedSet(value) => value.is_empty(),
        }
    }
}
