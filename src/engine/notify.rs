//! Keyspace events: what happened to which key, for those who subscribe to it.

/// The classes of events, each with its letter in `notify-keyspace-events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Generic,
    String,
    List,
    Set,
    Hash,
    SortedSet,
    Stream,
    Expired,
    Evicted,
    KeyMiss,
    New,
    Overwritten,
    TypeChanged,
}

impl Class {
    /// Its letter in `notify-keyspace-events`.
    pub const fn letter(self) -> char {
        match self {
            Class::Generic => 'g',
            Class::String => '$',
            Class::List => 'l',
            Class::Set => 's',
            Class::Hash => 'h',
            Class::SortedSet => 'z',
            Class::Stream => 't',
            Class::Expired => 'x',
            Class::Evicted => 'e',
            Class::KeyMiss => 'm',
            Class::New => 'n',
            Class::Overwritten => 'o',
            Class::TypeChanged => 'c',
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub class: Class,
    /// `set`, `lpush`, `expired`.
    pub name: &'static str,
    pub database: usize,
    pub key: Vec<u8>,
}
