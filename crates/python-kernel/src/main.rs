//! The Python child alone, for tests: it reads frames on standard input and writes frames on standard output.

fn main() {
    python_kernel::kernel::main();
}
