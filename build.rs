//! Makes Cargo rebuild when a lesson changes. Cargo does not notice this by itself, because lessons are not Rust files.

fn main() {
    println!("cargo::rerun-if-changed=lessons");
}
