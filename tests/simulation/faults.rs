//! Faults and other events that are scheduled for a certain frame of a simulated session.

/// A fault or another event that happens at a certain frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Cut,
    KillAfter,
    Abort,
    InterruptBefore,
    /// A real client sends a line.
    ClientBefore(usize, String),
}

/// The faults that have not happened yet, each with the number of frames until it happens.
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

    /// Counts a frame, and returns what happens at it.
    pub fn take_next(&mut self) -> Vec<Fault> {
        self.0.iter_mut().for_each(|(frames, _)| *frames = frames.saturating_sub(1));
        self.0.extract_if(.., |(frames, _)| *frames == 0).map(|(_, fault)| fault).collect()
    }
}
