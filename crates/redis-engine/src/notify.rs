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

/// All classes, in the order in which `notify-keyspace-events` is answered.
const ALL: [Class; 13] = [
    Class::Generic,
    Class::String,
    Class::List,
    Class::Set,
    Class::Hash,
    Class::SortedSet,
    Class::Expired,
    Class::Evicted,
    Class::Stream,
    Class::New,
    Class::Overwritten,
    Class::TypeChanged,
    Class::KeyMiss,
];

/// What `notify-keyspace-events` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes {
    /// A bit for each class.
    bits: u16,
    /// `d`, the events of modules, of which there are none.
    modules: bool,
    /// `K`: events are told on `__keyspace@DB__:KEY`.
    pub by_key: bool,
    /// `E`: events are told on `__keyevent@DB__:EVENT`.
    pub by_event: bool,
}

impl Classes {
    /// Reads the letters; none if one is unknown.
    pub fn parse(letters: &[u8]) -> Option<Self> {
        let mut classes = Classes::default();
        for &letter in letters {
            match letter {
                b'A' => {
                    classes.bits |= Self::by_default();
                    classes.modules = true;
                }
                b'd' => classes.modules = true,
                b'K' => classes.by_key = true,
                b'E' => classes.by_event = true,
                _ => classes.bits |= 1 << ALL.iter().position(|class| class.letter() == char::from(letter))?,
            }
        }
        Some(classes)
    }

    /// The bits of the classes that `A` stands for.
    fn by_default() -> u16 {
        let not_all = [Class::New, Class::Overwritten, Class::TypeChanged, Class::KeyMiss];
        ALL.iter().enumerate().filter(|(_, class)| !not_all.contains(class)).map(|(bit, _)| 1 << bit).sum()
    }

    pub fn include(self, class: Class) -> bool {
        ALL.iter().position(|&other| other == class).is_some_and(|bit| self.bits >> bit & 1 == 1)
    }

    /// Whether any event would be told.
    pub fn any(self) -> bool {
        self.bits != 0 && (self.by_key || self.by_event)
    }
}

impl std::fmt::Display for Classes {
    /// As CONFIG GET answers: what `A` includes, and then leaves out what it does not, is Redis's own way.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        if self.bits & Self::by_default() == Self::by_default() && self.modules {
            f.write_char('A')?;
        } else {
            for class in ALL.into_iter().filter(|&class| class != Class::KeyMiss) {
                if class == Class::New && self.modules {
                    f.write_char('d')?;
                }
                if self.include(class) {
                    f.write_char(class.letter())?;
                }
            }
        }
        for (letter, set) in [('K', self.by_key), ('E', self.by_event), ('m', self.include(Class::KeyMiss))] {
            if set {
                f.write_char(letter)?;
            }
        }
        Ok(())
    }
}
