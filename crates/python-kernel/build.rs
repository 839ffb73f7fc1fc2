//! Makes Cargo rebuild the crate when the frozen Python files change. Cargo does not notice this by itself.

fn main() {
    for folder in ["src/redis_package", "src/host_stubs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
