//! Builds anew when the Python that is frozen into the binary changes, or a lesson does: neither is Rust, so that cargo
//! would not notice.

fn main() {
    for folder in ["lessons", "src/redis_py/python", "src/redis_py/kernel/python"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
