//! The Python child as a separate program, for tests. Reads frames from standard input and writes frames to standard
//! output.

fn main() {
    python_kernel::main();
}
