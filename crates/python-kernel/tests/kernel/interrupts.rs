//! Tests of interrupting running code, as Ctrl-C does.

use super::*;
use rustix::process::{Pid, Signal, kill_process};

impl Python {
    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Runs source text and interrupts it after its first output.
    fn interrupt(&mut self, source: &str) -> RunResult {
        self.start_run(source);
        assert!(matches!(self.receive(), Some((0, FromChild::Output { .. }))));
        self.signal(Signal::INT);
        self.finish_run().expect("an interrupt must not end the child")
    }
}

#[test]
fn an_interrupted_loop_raises_keyboard_interrupt_and_variables_stay() {
    let mut python = Python::start();
    python.output_of("x = 5");
    for source in [
        // Output must arrive while the program runs, even without `flush`.
        "print('on')\nwhile True: pass\n",
        "def g():\n    while True: yield\nprint('on', flush=True)\nfor _ in g(): pass\n",
        "try:\n    print('on', flush=True)\n    while True: pass\nfinally:\n    x += 1\n",
    ] {
        assert_eq!(python.interrupt(source).exception().class, "KeyboardInterrupt", "{source}");
    }
    assert_eq!(python.output_of("x"), "6\n");
}

#[test]
fn a_signal_that_arrives_before_its_source_interrupts_it_once() {
    let mut python = Python::start();
    python.signal(Signal::INT);
    // When the signal arrives, the child may be waiting for the source text or already running it.
    python.start_run("while True: pass");
    assert_eq!(
        python.finish_run().expect("an interrupt must not end the child").exception().class,
        "KeyboardInterrupt"
    );
    assert_eq!(python.output_of("sum(i for i in range(1000))"), "499500\n");
}

#[test]
fn a_program_that_ignores_interrupts_can_be_killed() {
    for source in [
        "print('on', flush=True)\nwhile True:\n    try:\n        while True: pass\n    except: pass\n",
        "print('on', flush=True)\nsum(range(10**11))",
    ] {
        let mut python = Python::start();
        python.start_run(source);
        assert!(matches!(python.receive(), Some((0, FromChild::Output { .. }))));
        python.process.kill().unwrap();
        assert!(python.finish_run().is_none(), "{source}");
    }
}
