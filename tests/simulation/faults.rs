//! Faults and other events that are scheduled for a particular protocol frame of a simulated session.

/// A fault or another event that happens when a particular protocol frame is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Cut,
    KillAfter,
    Abort,
    InterruptBefore,
    /// The TCP client with this index sends a line.
    ClientBefore(usize, String),
}

/// The faults that have not happened yet, each with the number of protocol frames until it happens.
#[derive(Debug, Default)]
pub struct Faults(Vec<(u32, Fault)>);

impl Faults {
    pub fn add(&mut self, frames: u32, fault: Fault) {
        self.0.push((frames, fault));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a protocol frame. Returns the faults and events that happen at that frame.
    pub fn take_next(&mut self) -> Vec<Fault> {
        self.0.iter_mut().for_each(|(frames, _)| *frames = frames.saturating_sub(1));
        self.0.extract_if(.., |(frames, _)| *frames == 0).map(|(_, fault)| fault).collect()
    }
}
