//! Rebuilds the crate when the Python files frozen into it change, which Cargo does not notice by itself.

fn main() {
    for folder in ["src/redis_package", "src/host_stubs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
