//! Keyspace events, and the classes of events that `notify-keyspace-events` enables.

/// The class of an event.
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
    /// Returns the letter of the class in `notify-keyspace-events`.
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

/// A keyspace event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub class: Class,
    /// The name of the event, such as `set`, `lpush` or `expired`.
    pub name: &'static str,
    pub database: usize,
    pub key: Vec<u8>,
}

/// All classes, in the order in which CONFIG GET `notify-keyspace-events` lists them.
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

/// The value of `notify-keyspace-events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes {
    /// The enabled classes. Bit `n` stands for `ALL[n]`.
    bits: u16,
    /// Whether `d` is set, which enables the events of modules. The engine has no modules.
    modules: bool,
    /// Whether `K` is set, so that events are published on `__keyspace@DB__:KEY`.
    pub by_key: bool,
    /// Whether `E` is set, so that events are published on `__keyevent@DB__:EVENT`.
    pub by_event: bool,
}

impl Classes {
    /// Parses the letters of `notify-keyspace-events`. Returns `None` if a letter is unknown.
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

    /// Returns the bits of the event classes that `A` includes. `A` is the alias for most classes in
    /// `notify-keyspace-events`.
    fn by_default() -> u16 {
        let not_all = [Class::New, Class::Overwritten, Class::TypeChanged, Class::KeyMiss];
        ALL.iter().enumerate().filter(|(_, class)| !not_all.contains(class)).map(|(bit, _)| 1 << bit).sum()
    }

    /// Returns whether events of a class are enabled.
    pub fn includes(self, class: Class) -> bool {
        ALL.iter().position(|&other| other == class).is_some_and(|bit| self.bits >> bit & 1 == 1)
    }

    /// Returns whether any event would be published.
    pub fn any(self) -> bool {
        self.bits != 0 && (self.by_key || self.by_event)
    }
}

impl std::fmt::Display for Classes {
    /// Writes the letters as CONFIG GET does. Redis omits `n`, `o` and `c` after `A`, although `A` does not include
    /// them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        if self.bits & Self::by_default() == Self::by_default() && self.modules {
            f.write_char('A')?;
        } else {
            for class in ALL.into_iter().filter(|&class| class != Class::KeyMiss) {
                if class == Class::New && self.modules {
                    f.write_char('d')?;
                }
                if self.includes(class) {
                    f.write_char(class.letter())?;
                }
            }
        }
        for (letter, set) in [('K', self.by_key), ('E', self.by_event), ('m', self.includes(Class::KeyMiss))] {
            if set {
                f.write_char(letter)?;
            }
        }
        Ok(())
    }
}
