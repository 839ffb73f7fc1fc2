//! Scripts and functions: the cache of scripts, the loaded libraries, and the script that is running.
//!
//! The engine has no interpreter. EVAL leaves a running script in the engine. The driver gets it from
//! [`Engine::pending_script`](super::Engine::pending_script), runs it in an interpreter, passes each command of the
//! script to [`Engine::script_call`](super::Engine::script_call), and ends it with
//! [`Engine::script_done`](super::Engine::script_done). Until then, no other client's command runs, and the engine's
//! clock stands still.

pub mod dump;
mod library;
mod running;
mod shebang;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::client::ClientId;

pub(crate) use library::{Library, LibraryChange, Registration};
pub(crate) use running::{ExecRest, Purpose, Running};
pub(crate) use shebang::shebang_flags;

/// A script that a driver must run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptJob {
    /// What to run.
    pub work: ScriptWork,
    /// The names of the keys that the client has passed to the script.
    pub keys: Vec<Vec<u8>>,
    /// The other arguments of the script.
    pub args: Vec<Vec<u8>>,
    /// The version of RESP in which the result must be encoded: 2 or 3.
    pub protocol: u8,
}

/// The work of an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptWork {
    /// Compiles a script, but does not run it.
    Compile {
        /// The SHA-1 digest of the script, in hexadecimal.
        sha: String,
        /// The source code, without the words of the first line if it starts with `#!`.
        source: Arc<[u8]>,
    },
    /// Runs a script.
    Script {
        /// The SHA-1 digest of the script, in hexadecimal.
        sha: String,
        /// The source code, without the words of the first line if it starts with `#!`.
        source: Arc<[u8]>,
    },
    /// Runs the code of a library, which registers functions.
    LoadLibrary {
        /// A number that no other library has.
        id: u64,
        /// The source code, without the words of the first line.
        source: Arc<[u8]>,
    },
    /// Calls a function. If the interpreter does not know the library, it loads the library first.
    Function {
        /// The number of the library.
        library: u64,
        /// The source code of the library, without the words of the first line.
        source: Arc<[u8]>,
        /// The name of the function.
        name: Vec<u8>,
    },
}

/// The result of a [`ScriptJob`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptResult {
    /// The script has returned a value.
    Replied {
        /// The value, encoded in the protocol that the job names.
        resp: Vec<u8>,
    },
    /// The script has ended with an error.
    Failed {
        /// The text of the error reply, with its code.
        error: Vec<u8>,
        /// Whether the error was already counted, because it is that of a command.
        is_counted: bool,
    },
    /// The script or library could not be compiled or loaded.
    NotCompiled {
        /// The text of the error reply, with its code.
        error: Vec<u8>,
    },
    /// The script was compiled.
    Compiled,
    /// The library was loaded.
    Registered {
        /// The functions that it has registered, in this order.
        functions: Vec<RegisteredFunction>,
    },
}

/// A function of a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredFunction {
    /// The name with which FCALL calls the function.
    pub name: Vec<u8>,
    /// The description, if the library gives one.
    pub description: Option<Vec<u8>>,
    /// The flags.
    pub flags: FunctionFlags,
}

/// The flags of a function, or of a script that starts with `#!lua`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FunctionFlags(u8);

impl FunctionFlags {
    /// `no-writes`: the function only reads.
    pub const NO_WRITES: u8 = 1;
    /// `allow-oom`: the function may run when `maxmemory` is exceeded.
    pub const ALLOW_OOM: u8 = 2;

    /// The names of all flags. The bit of a flag is 1 shifted left by its index.
    pub const NAMES: [&str; 5] = ["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"];

    /// Returns the set of flags with the given bits.
    pub const fn from_bits(bits: u8) -> Self {
        FunctionFlags(bits)
    }

    /// Returns the bits of the set.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns the bit of the flag with a name, or `None` if there is no such flag.
    pub fn bit(name: &[u8]) -> Option<u8> {
        Self::NAMES.iter().position(|known| known.as_bytes() == name).map(|index| 1 << index)
    }

    /// Returns the names of the flags in the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(index, _)| self.0 & (1 << index) != 0).map(|(_, name)| name)
    }

    /// Returns whether the set contains any of the flags in `bits`.
    pub fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

/// A script in the cache.
#[derive(Debug, Clone)]
pub(crate) struct CachedScript {
    /// The source code, without the words of the first line if it starts with `#!`.
    pub source: Arc<[u8]>,
    /// The flags of a script that starts with `#!lua`, or `None` for any other script.
    pub flags: Option<FunctionFlags>,
}

/// The scripts and functions of a server.
#[derive(Debug, Clone, Default)]
pub struct Scripting {
    /// Whether the driver can run scripts. Otherwise, EVAL and similar commands return an error.
    pub has_interpreter: bool,
    /// The cached scripts, by their digest.
    pub(crate) scripts: HashMap<String, CachedScript, foldhash::fast::FixedState>,
    /// The loaded libraries, by name.
    pub(crate) libraries: BTreeMap<Vec<u8>, Library>,
    /// The number of libraries that were ever loaded.
    pub(crate) last_library: u64,
    /// The script that is running, if any.
    pub(crate) running: Option<Box<Running>>,
    /// Whether `maxmemory` was exceeded when the current command was admitted.
    pub(crate) is_over_memory: bool,
}

impl Scripting {
    /// Returns the digest of a script, in hexadecimal.
    pub(crate) fn digest(script: &[u8]) -> String {
        sha1_smol::Sha1::from(script).digest().to_string()
    }

    /// Finds a function, and the library that contains it.
    pub(crate) fn find_function(&self, name: &[u8]) -> Option<(&Library, &RegisteredFunction)> {
        self.libraries.values().find_map(|library| {
            library.functions.iter().find(|function| function.name == name).map(|function| (library, function))
        })
    }

    /// Returns whether a script is running for the given client.
    pub(crate) fn runs_for(&self, client: ClientId) -> bool {
        self.running.as_ref().is_some_and(|running| running.client == client)
    }
}
