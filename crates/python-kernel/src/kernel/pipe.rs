//! The child's end of the pipe: what it asks, what it is answered, and the output that goes before.
//!
//! Every Python thread may wait for an answer of its own. Whoever waits first reads for all: a frame that is
//! for another thread is left in `arrived`, and its thread woken. Alone, a thread so reads its own answers without
//! any hand-over. Output is kept back until the next question, until it is long, or for some milliseconds, so that a line
//! that is printed costs no system call of its own, and a program that computes shows what it has printed.

use crate::frame::{self, FromChild, MAIN_THREAD, Stream, ToChild};
use adaptive_spin::AdaptiveSpin;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Output longer than this, in bytes, does not wait for the next question.
const LONG_OUTPUT: usize = 8 << 10;

/// Output is kept back no longer than this while the program goes on.
const SOON: Duration = Duration::from_millis(20);

/// Both directions of the pipe to the tutor.
pub struct Pipe {
    outgoing: Mutex<Outgoing>,
    kept_back: Condvar,
    incoming: Mutex<Incoming>,
    arrival: Condvar,
    reader: Mutex<Reader>,
}

struct Reader {
    frames: BufReader<File>,
    spin: AdaptiveSpin,
}

struct Outgoing {
    writer: File,
    /// Frames not yet written.
    frames: Vec<u8>,
    /// Output not yet made a frame of, all of one stream.
    text: String,
    stream: Stream,
    /// Whether `send_soon` has been told of output that is kept back.
    is_due: bool,
}

#[derive(Default)]
struct Incoming {
    arrived: Vec<(u32, ToChild)>,
    /// Whether a thread is reading, for all that wait.
    reading: bool,
    /// How many wait for it.
    waiting: usize,
}

thread_local! {
    static NUMBER: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The number of the calling thread on the pipe. The first to ask is the main thread.
fn thread_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(MAIN_THREAD);
    NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(next));
            next
        })
    })
}

/// Whether the calling thread is the main thread.
pub fn is_main_thread() -> bool {
    thread_number() == MAIN_THREAD
}

/// The lock's content. A thread that died with the lock held has left whole frames behind it all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipe {
    /// The calling thread becomes the main thread.
    pub fn new(reader: File, writer: File) -> Self {
        thread_number();
        let (frames, text) = (Vec::new(), String::new());
        let outgoing = Outgoing { writer, frames, text, stream: Stream::Stdout, is_due: false };
        Self {
            outgoing: Mutex::new(outgoing),
            kept_back: Condvar::new(),
            incoming: Mutex::default(),
            arrival: Condvar::new(),
            reader: Mutex::new(Reader {
                frames: BufReader::with_capacity(32 << 10, reader),
                spin: AdaptiveSpin::new(),
            }),
        }
    }

    /// Takes output of the learner's program.
    pub fn print(&self, stream: Stream, text: &str) {
        let mut outgoing = lock(&self.outgoing);
        if outgoing.stream != stream {
            outgoing.seal();
            outgoing.stream = stream;
        }
        outgoing.text.push_str(text);
        if outgoing.text.len() > LONG_OUTPUT {
            outgoing.flush();
        } else if !outgoing.is_due {
            outgoing.is_due = true;
            self.kept_back.notify_one();
        }
    }

    /// Sends output soon after it was kept back, for as long as the process lives: the work of a thread of its own.
    pub fn send_soon(&self) -> ! {
        let mut outgoing = lock(&self.outgoing);
        loop {
            outgoing = self
                .kept_back
                .wait_while(outgoing, |outgoing| !outgoing.is_due)
                .unwrap_or_else(PoisonError::into_inner);
            drop(outgoing);
            std::thread::sleep(SOON);
            outgoing = lock(&self.outgoing);
            outgoing.is_due = false;
            if !outgoing.text.is_empty() {
                outgoing.flush();
            }
        }
    }

    /// Sends all output taken so far.
    pub fn flush(&self) {
        lock(&self.outgoing).flush();
    }

    /// Says what wants no answer.
    pub fn tell(&self, frame: &FromChild) {
        let mut outgoing = lock(&self.outgoing);
        outgoing.push(frame);
        outgoing.flush();
    }

    /// Says what wants no answer, with the next question.
    pub fn tell_later(&self, frame: &FromChild) {
        let mut outgoing = lock(&self.outgoing);
        outgoing.push(frame);
        if outgoing.frames.len() > LONG_OUTPUT {
            outgoing.flush();
        }
    }

    /// The next frame for the calling thread. When the tutor is gone, the process ends here.
    pub fn next(&self) -> ToChild {
        let number = thread_number();
        let mut incoming = lock(&self.incoming);
        loop {
            if let Some(at) = incoming.arrived.iter().position(|(thread, _)| *thread == number) {
                return incoming.arrived.remove(at).1;
            }
            if incoming.reading {
                incoming.waiting += 1;
                incoming = self.arrival.wait(incoming).unwrap_or_else(PoisonError::into_inner);
                incoming.waiting -= 1;
                continue;
            }
            incoming.reading = true;
            drop(incoming);
            let frame = lock(&self.reader).next();
            incoming = lock(&self.incoming);
            incoming.reading = false;
            if incoming.waiting > 0 {
                self.arrival.notify_all();
            }
            match frame {
                Ok(Some((thread, frame))) if thread == number => return frame,
                Ok(Some(for_another)) => incoming.arrived.push(for_another),
                Ok(None) | Err(_) => process::exit(0),
            }
        }
    }
}

impl Reader {
    fn next(&mut self) -> io::Result<Option<(u32, ToChild)>> {
        if self.frames.buffer().is_empty() {
            // Reading waits as well.
            let _ = self.spin.spin_until_readable(self.frames.get_ref());
        }
        frame::read(&mut self.frames)
    }
}

impl Outgoing {
    /// Makes a frame of the output kept back.
    fn seal(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.append(MAIN_THREAD, &FromChild::Output { stream: self.stream, text });
        }
    }

    fn push(&mut self, frame: &FromChild) {
        self.seal();
        self.append(thread_number(), frame);
    }

    fn append(&mut self, thread: u32, frame: &FromChild) {
        // A frame beyond 4 GiB is beyond the memory limit as well.
        frame::append(&mut self.frames, thread, frame).expect("a frame fits into memory");
    }

    /// Writes all frames. When the tutor is gone, the process ends here.
    fn flush(&mut self) {
        self.seal();
        if self.write().is_err() {
            process::exit(0);
        }
    }

    fn write(&mut self) -> io::Result<()> {
        self.writer.write_all(&self.frames)?;
        self.frames.clear();
        self.frames.shrink_to(LONG_OUTPUT * 8);
        Ok(())
    }
}
