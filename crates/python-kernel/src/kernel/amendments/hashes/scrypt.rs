//! The key derivation function scrypt, as specified in RFC 7914.

use crate::kernel::alloc_guard;
use rustpython_vm::{FromArgs, PyResult, VirtualMachine, builtins::PyBytes, function::ArgBytesLike};

/// Memory in bytes that scrypt may use, unless the program passes a different limit as `maxmem`.
const DEFAULT_MEMORY: usize = 32 << 20;

#[derive(FromArgs)]
pub struct ScryptArgs {
    #[pyarg(any)]
    password: ArgBytesLike,
    #[pyarg(named)]
    salt: ArgBytesLike,
    #[pyarg(named)]
    n: usize,
    #[pyarg(named)]
    r: usize,
    #[pyarg(named)]
    p: usize,
    #[pyarg(named, default = 0)]
    maxmem: usize,
    #[pyarg(named, default = 64)]
    dklen: usize,
}

/// Implements `hashlib.scrypt`.
pub fn scrypt(args: ScryptArgs, vm: &VirtualMachine) -> PyResult<PyBytes> {
    let ScryptArgs { password, salt, n, r, p, maxmem, dklen } = args;
    if n < 2 || !n.is_power_of_two() {
        return Err(vm.new_value_error("n must be a power of 2."));
    }
    let limit = if maxmem == 0 { DEFAULT_MEMORY } else { maxmem };
    let needed = 128u128 * r as u128 * (n as u128 + p as u128 + 2);
    if r == 0 || p == 0 {
        return Err(vm.new_value_error("Invalid parameter combination for n, r, p, maxmem."));
    }
    if needed > limit as u128 {
        return Err(vm.new_value_error("[digital envelope routines] memory limit exceeded"));
    }
    alloc_guard::check_size(needed, vm)?;
    if dklen == 0 {
        return Err(vm.new_value_error("dklen must be greater than 0 and smaller than 2147483647"));
    }
    let password = password.borrow_buf().to_vec();
    let mut blocks = derive(&password, &salt.borrow_buf(), 128 * r * p, vm)?;
    for block in blocks.chunks_mut(128 * r) {
        mix_block(block, n);
    }
    Ok(derive(&password, &blocks, dklen, vm)?.into())
}

/// Derives a key with PBKDF2, using SHA-256 and a single iteration.
fn derive(password: &[u8], salt: &[u8], length: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let derive = vm.import("_hashlib", 0)?.get_attr("pbkdf2_hmac", vm)?;
    let bytes = |bytes: &[u8]| vm.ctx.new_bytes(bytes.to_vec());
    let key = derive.call((vm.ctx.new_str("sha256"), bytes(password), bytes(salt), 1, length), vm)?;
    Ok(key.try_to_value::<ArgBytesLike>(vm)?.borrow_buf().to_vec())
}

/// Mixes a block with randomly chosen earlier versions of itself (scryptROMix). All `n` versions must be kept in
/// memory.
fn mix_block(block: &mut [u8], n: usize) {
    let mut words: Vec<u32> = block
        .chunks_exact(4)
        .map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
        .collect();
    let mut versions = Vec::with_capacity(n * words.len());
    for _ in 0..n {
        versions.extend_from_slice(&words);
        words = mix_words(&words);
    }
    for _ in 0..n {
        let chosen = words[words.len() - 16] as usize % n;
        let version = &versions[chosen * words.len()..(chosen + 1) * words.len()];
        for (word, other) in words.iter_mut().zip(version) {
            *word ^= other;
        }
        words = mix_words(&words);
    }
    for (bytes, word) in block.chunks_exact_mut(4).zip(&words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}

/// Mixes the 16-word sub-blocks of a block one after the other (scryptBlockMix). The even sub-blocks of the result come
/// first.
fn mix_words(words: &[u32]) -> Vec<u32> {
    let mut current: [u32; 16] = [0; 16];
    current.copy_from_slice(&words[words.len() - 16..]);
    let (mut even, mut odd) = (Vec::with_capacity(words.len()), Vec::with_capacity(words.len() / 2));
    for (at, block) in words.chunks_exact(16).enumerate() {
        for (word, other) in current.iter_mut().zip(block) {
            *word ^= other;
        }
        salsa(&mut current);
        if at % 2 == 0 { &mut even } else { &mut odd }.extend_from_slice(&current);
    }
    even.extend(odd);
    even
}

/// Applies the Salsa20/8 core function.
fn salsa(words: &mut [u32; 16]) {
    const QUARTERS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [5, 9, 13, 1],
        [10, 14, 2, 6],
        [15, 3, 7, 11],
        [0, 1, 2, 3],
        [5, 6, 7, 4],
        [10, 11, 8, 9],
        [15, 12, 13, 14],
    ];
    let mut x = *words;
    for _ in 0..4 {
        for [a, b, c, d] in QUARTERS {
            x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
            x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
            x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
            x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
        }
    }
    for (word, mixed) in words.iter_mut().zip(x) {
        *word = word.wrapping_add(mixed);
    }
}
