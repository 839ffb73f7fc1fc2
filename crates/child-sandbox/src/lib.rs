//! An operating-system sandbox that a child process sets up around itself before it runs untrusted code.
//!
//! The interpreter that runs the code is the first protection: it gives the code no access to files, sockets or
//! processes. The sandbox is the second protection, in case a bug in the interpreter lets the code execute machine
//! code. Each mechanism of the sandbox is called a wall here.
//!
//! A child process raises the walls in two steps. It calls [`Sandbox::prepare`] at the start of `main`, before it
//! starts other threads. It calls [`Sandbox::seal`] when everything is set up, before the first line of untrusted code
//! runs.
//!
//! ```no_run
//! use child_sandbox::{Limits, Sandbox, Walls};
//!
//! let sandbox = Sandbox::prepare();
//! // Start threads, set up the interpreter.
//! let walls = sandbox.seal(&Limits { memory: 1 << 30 });
//! if walls != Walls::ALL {
//!     eprintln!("not in place: {:?}", walls.missing());
//! }
//! ```
//!
//! On Linux, all walls are in place unless the kernel is too old. Other systems support only some of them, and
//! [`Walls`] says which ones are in place.

#![deny(missing_docs)]

#[cfg(unix)]
mod descriptors;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod privileges;
#[cfg(unix)]
mod resources;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
mod system_calls;

use std::fmt;

/// A wall: an operating-system mechanism that restricts the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Wall {
    /// File descriptors that the process inherited, other than its three standard streams, are closed.
    Descriptors = 1,
    /// The process cannot open more file descriptors, make a file grow, or dump core.
    Resources = 2,
    /// No program that the process executes can gain more privileges than the process has. Cannot be undone.
    NoNewPrivileges = 4,
    /// Landlock: the process cannot open files, connect to the network, or signal processes outside of the sandbox.
    Files = 8,
    /// seccomp: the process can use only those system calls that an interpreter needs.
    SystemCalls = 16,
}

impl Wall {
    /// All walls, that is, all restrictions that make up the sandbox.
    pub const ALL: [Wall; 5] =
        [Wall::Descriptors, Wall::Resources, Wall::NoNewPrivileges, Wall::Files, Wall::SystemCalls];
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wall::Descriptors => "inherited descriptors are closed",
            Wall::Resources => "no new descriptors, no growing files, no core dumps",
            Wall::NoNewPrivileges => "no new privileges",
            Wall::Files => "no files, no network, no signals to others (Landlock)",
            Wall::SystemCalls => "only the system calls of an interpreter (seccomp)",
        })
    }
}

/// A set of walls (sandbox restrictions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walls(u8);

impl Walls {
    /// The empty set of walls.
    pub const NONE: Walls = Walls(0);
    /// The set of all walls.
    pub const ALL: Walls = Walls(31);

    /// Returns the set with the given wall added.
    #[must_use]
    pub const fn with(self, wall: Wall) -> Walls {
        Walls(self.0 | wall as u8)
    }

    /// Returns the set without the given wall.
    #[must_use]
    pub const fn without(self, wall: Wall) -> Walls {
        Walls(self.0 & !(wall as u8))
    }

    /// Returns whether the set contains the given wall.
    pub const fn contains(self, wall: Wall) -> bool {
        self.0 & wall as u8 != 0
    }

    /// Returns the walls that are not in the set.
    pub fn missing(self) -> Vec<Wall> {
        Wall::ALL.into_iter().filter(|wall| !self.contains(*wall)).collect()
    }

    /// Returns the set as an integer, to be sent to another process.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns the set that [`Walls::bits`] encoded as the given integer. Ignores bits that represent no wall.
    pub const fn from_bits(bits: u8) -> Walls {
        Walls(bits & Walls::ALL.0)
    }

    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no walls"))]
    fn add(&mut self, wall: Wall, is_in_place: bool) {
        if is_in_place {
            *self = self.with(wall);
        }
    }
}

/// The limits for a sandboxed process.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Memory in bytes that the process may allocate in addition to what it already uses when [`Sandbox::seal`] is
    /// called. Enforced only on Linux.
    pub memory: u64,
}

/// A sandbox that has not been sealed yet.
#[derive(Debug)]
#[must_use = "the sandbox protects nothing until it is sealed"]
pub struct Sandbox {
    /// The restrictions to apply: all of them, except in tests of single restrictions.
    wanted: Walls,
    /// The restrictions that are already in force.
    walls: Walls,
    /// The kernel's response to a system call that is not on the list of allowed calls.
    unlisted: UnlistedCall,
    /// The `/proc` file that reports the process's memory usage. It is opened before the sandbox forbids opening files.
    #[cfg(target_os = "linux")]
    memory_usage: Option<resources::MemoryUsage>,
}

/// The kernel's response to a system call that is neither allowed nor an obvious attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnlistedCall {
    /// The call fails with `EPERM`, because libraries try harmless calls that they can do without.
    #[default]
    Fails,
    /// The process is killed, so that tests detect calls that are missing from the list of allowed calls.
    Kills,
}

impl Sandbox {
    /// Raises the walls (sandbox restrictions) that must be in place before other threads start: the restrictions on
    /// inherited descriptors, privileges, files, sockets and signals.
    pub fn prepare() -> Self {
        Self::prepare_with(Walls::ALL, UnlistedCall::default())
    }

    /// Does the same as [`Sandbox::prepare`], but raises only the `wanted` walls (sandbox restrictions). `unlisted` is
    /// the kernel's response to a system call that is not on the list of allowed calls. Intended for tests.
    pub fn prepare_with(wanted: Walls, unlisted: UnlistedCall) -> Self {
        let mut sandbox = Sandbox {
            wanted,
            walls: Walls::NONE,
            unlisted,
            #[cfg(target_os = "linux")]
            memory_usage: None,
        };
        #[cfg(unix)]
        if wanted.contains(Wall::Descriptors) {
            sandbox.walls.add(Wall::Descriptors, descriptors::close_inherited());
        }
        #[cfg(target_os = "linux")]
        {
            sandbox.memory_usage = resources::MemoryUsage::open();
            if wanted.contains(Wall::NoNewPrivileges) {
                sandbox.walls.add(Wall::NoNewPrivileges, privileges::give_up());
            }
            if wanted.contains(Wall::Files) {
                sandbox.walls.add(Wall::Files, files::refuse());
            }
        }
        sandbox
    }

    /// Raises the remaining walls (sandbox restrictions) for all threads: the limits on resources, and the filters for
    /// system calls. Returns the set of all walls that are now in place.
    pub fn seal(mut self, limits: &Limits) -> Walls {
        #[cfg(unix)]
        {
            #[cfg(target_os = "linux")]
            resources::limit_memory(self.memory_usage.take(), limits.memory);
            if self.wanted.contains(Wall::Resources) {
                self.walls.add(Wall::Resources, resources::limit());
            }
        }
        #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
        if self.wanted.contains(Wall::SystemCalls) {
            self.walls.add(Wall::SystemCalls, system_calls::refuse(self.unlisted));
        }
        let _ = (limits, self.wanted, self.unlisted);
        self.walls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_walls_survives_as_a_number() {
        for bits in 0..=Walls::ALL.bits() {
            let walls = Walls::from_bits(bits);
            assert_eq!(walls.bits(), bits);
            assert_eq!(walls.missing().len() as u32, 5 - bits.count_ones());
        }
        assert_eq!(Walls::from_bits(0xff), Walls::ALL);
        assert_eq!(Wall::ALL.into_iter().fold(Walls::NONE, Walls::with), Walls::ALL);
        assert_eq!(Walls::ALL.without(Wall::Files).missing(), [Wall::Files]);
    }
}
