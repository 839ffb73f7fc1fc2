//! The child's end of the pipe to its parent.
//!
//! Several Python threads can wait at the same time, each for its own answer. The first thread that waits reads frames
//! for all of them: it leaves a frame for another thread in `arrived` and wakes the waiting threads. A program with a
//! single thread thus reads its answers without switching threads.
//!
//! Output is sent together with the next request, as soon as it is long, or after at most 20 ms. So a printed line
//! needs no system call of its own, and a long computation still shows its output.

use crate::frame::{self, FromChild, MAIN_THREAD, Stream, ToChild};
use adaptive_spin::AdaptiveSpin;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Length in bytes above which pending output is sent immediately.
const LONG_OUTPUT: usize = 8 << 10;

/// Maximum delay of output while the program runs without sending requests.
const MAX_OUTPUT_DELAY: Duration = Duration::from_millis(20);

/// Both directions of the pipe to the parent.
pub struct Pipe {
    outgoing: Mutex<Outgoing>,
    output_delayed: Condvar,
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
    /// Encoded frames that have not been written yet.
    frames: Vec<u8>,
    /// Output to `stream` that has not been put into a frame yet.
    text: String,
    stream: Stream,
    /// Whether `flush_delayed_output` has been told that there is delayed output.
    is_flush_scheduled: bool,
}

#[derive(Default)]
struct Incoming {
    arrived: Vec<(u32, ToChild)>,
    /// Whether a thread is reading frames for all waiting threads.
    is_being_read: bool,
    /// Number of threads that wait while another thread reads frames for them.
    waiting: usize,
}

thread_local! {
    static NUMBER: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Returns the number that identifies the calling thread in frames. The first thread that calls this function becomes
/// the main thread.
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

/// Returns whether the calling thread is the main thread.
pub fn is_main_thread() -> bool {
    thread_number() == MAIN_THREAD
}

/// Locks a mutex. Poisoning can be ignored, because a panic in any thread ends the process.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipe {
    /// Creates the pipe from its two ends. The calling thread becomes the main thread.
    pub fn new(reader: File, writer: File) -> Self {
        thread_number();
        let (frames, text) = (Vec::new(), String::new());
        let outgoing = Outgoing { writer, frames, text, stream: Stream::Stdout, is_flush_scheduled: false };
        Self {
            outgoing: Mutex::new(outgoing),
            output_delayed: Condvar::new(),
            incoming: Mutex::default(),
            arrival: Condvar::new(),
            reader: Mutex::new(Reader {
                frames: BufReader::with_capacity(32 << 10, reader),
                spin: AdaptiveSpin::new(),
            }),
        }
    }

    /// Adds to the program's output, which may be sent later.
    pub fn print(&self, stream: Stream, text: &str) {
        let mut outgoing = lock(&self.outgoing);
        if outgoing.stream != stream {
            outgoing.frame_output();
            outgoing.stream = stream;
        }
        outgoing.text.push_str(text);
        if outgoing.text.len() > LONG_OUTPUT {
            outgoing.flush();
        } else if !outgoing.is_flush_scheduled {
            outgoing.is_flush_scheduled = true;
            self.output_delayed.notify_one();
        }
    }

    /// Sends delayed output after `MAX_OUTPUT_DELAY`. Never returns, so it must run in its own thread.
    pub fn flush_delayed_output(&self) -> ! {
        let mut outgoing = lock(&self.outgoing);
        loop {
            outgoing = self
                .output_delayed
                .wait_while(outgoing, |outgoing| !outgoing.is_flush_scheduled)
                .unwrap_or_else(PoisonError::into_inner);
            drop(outgoing);
            std::thread::sleep(MAX_OUTPUT_DELAY);
            outgoing = lock(&self.outgoing);
            outgoing.is_flush_scheduled = false;
            if !outgoing.text.is_empty() {
                outgoing.flush();
            }
        }
    }

    /// Sends all pending frames and output.
    pub fn flush(&self) {
        lock(&self.outgoing).flush();
    }

    /// Sends a frame immediately.
    pub fn send(&self, frame: &FromChild) {
        let mut outgoing = lock(&self.outgoing);
        outgoing.push(frame);
        outgoing.flush();
    }

    /// Queues a frame. It is sent together with the next request, or immediately if the queue has become long.
    pub fn send_later(&self, frame: &FromChild) {
        let mut outgoing = lock(&self.outgoing);
        outgoing.push(frame);
        if outgoing.frames.len() > LONG_OUTPUT {
            outgoing.flush();
        }
    }

    /// Waits for the calling thread's next frame. Ends the process if the parent has closed the pipe.
    pub fn receive(&self) -> ToChild {
        let number = thread_number();
        let mut incoming = lock(&self.incoming);
        loop {
            if let Some(at) = incoming.arrived.iter().position(|(thread, _)| *thread == number) {
                return incoming.arrived.remove(at).1;
            }
            if incoming.is_being_read {
                incoming.waiting += 1;
                incoming = self.arrival.wait(incoming).unwrap_or_else(PoisonError::into_inner);
                incoming.waiting -= 1;
                continue;
            }
            incoming.is_being_read = true;
            drop(incoming);
            let frame = lock(&self.reader).read_frame();
            incoming = lock(&self.incoming);
            incoming.is_being_read = false;
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
    fn read_frame(&mut self) -> io::Result<Option<(u32, ToChild)>> {
        if self.frames.buffer().is_empty() {
            // The result does not matter, because `frame::read` waits for input in any case.
            let _ = self.spin.spin_until_readable(self.frames.get_ref());
        }
        frame::read(&mut self.frames)
    }
}

impl Outgoing {
    /// Moves the delayed output into a frame.
    fn frame_output(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.append(MAIN_THREAD, &FromChild::Output { stream: self.stream, text });
        }
    }

    fn push(&mut self, frame: &FromChild) {
        self.frame_output();
        self.append(thread_number(), frame);
    }

    fn append(&mut self, thread: u32, frame: &FromChild) {
        frame::append(&mut self.frames, thread, frame).expect("the memory limit is below the 4 GiB of a frame");
    }

    /// Writes all pending frames and output. Ends the process if the parent has closed the pipe.
    fn flush(&mut self) {
        self.frame_output();
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
