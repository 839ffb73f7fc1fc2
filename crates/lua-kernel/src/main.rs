//! The Lua child process as a separate program, for tests. It reads frames from standard input and writes frames to
//! standard output.

fn main() {
    lua_kernel::main();
}
