//! Tests of a child process's memory limit.

use super::*;

#[test]
fn a_result_larger_than_the_memory_raises_memory_error() {
    let mut python = Python::start();
    python.run("import array, collections, hashlib, io, itertools, random, struct, zlib; n = 10**12; kept = 1");
    for source in [
        "'a' * n",
        "[0].__imul__(n)",
        "'a'.ljust(n)",
        "b'a'.center(n)",
        "bytearray(b'a').rjust(n)",
        "'1'.zfill(n)",
        "b'1'.zfill(n)",
        "'a\\tb'.expandtabs(n)",
        "b'a\\tb'.expandtabs(tabsize=n)",
        "('b' * 10**5).join('a' * 10**5)",
        "b''.join([b'a' * 2**20] * 1000)",
        "''.join(('a' * 2**20,) * 1000)",
        "('a' * 10**5).replace('a', 'b' * 10**5)",
        "(b'a' * 10**5).replace(b'', b'b' * 10**5)",
        "bytearray(b'a' * 10**5).replace(b'a', b'b' * 10**5)",
        "(5).to_bytes(n, 'big')",
        "list(range(n))",
        "tuple(range(n))",
        "set(range(n))",
        "frozenset(range(n))",
        "sorted(range(n))",
        "[].extend(range(n))",
        "array.array('i', [0]) * n",
        "array.array('i', [0]).__imul__(n)",
        "collections.deque([0]) * n",
        "random.randbytes(n)",
        "random.getrandbits(10 * n)",
        "struct.pack('1000000000000x')",
        "struct.Struct('1000000000000x').pack()",
        "zlib.decompress(zlib.compress(b'a'), bufsize=n)",
        "b = io.BytesIO(); b.seek(n); b.write(b'a')",
        "b = io.StringIO(); b.seek(n); b.write('a')",
        "hashlib.pbkdf2_hmac('sha256', b'a', b'b', 1, n)",
        "itertools.product('ab', repeat=n)",
        "itertools.combinations_with_replacement('abc', n)",
        "itertools.combinations(range(n), 2)",
        "itertools.tee('abc', n)",
        "format(1, '1000000000000')",
        "'%*d' % (2000000000, 1)",
    ] {
        assert_eq!(python.run(source).exception().class, "MemoryError", "{source}");
    }
    // These operations use equally large sizes, but their results fit into the memory limit.
    for (source, shown) in [
        (
            "kept, len('a'.ljust(10**6)), len(','.join(['a'] * 10**6)), len('ab'.replace('b', 'c' * 10**6))",
            "(1, 1000000, 1999999, 1000001)\n",
        ),
        ("('a' * 10**5).replace('a', 'b' * 10**5, 1)[-1], ('a' * 10**5).replace('z', 'b' * 10**5)[-1]", "('a', 'a')\n"),
        (
            "collections.deque([0], maxlen=2) * 5, len(list(range(10**6))), len(array.array('b', [0]) * 10**8)",
            "(deque([0, 0], maxlen=2), 1000000, 100000000)\n",
        ),
        (
            "'a'.expandtabs(n), ''.ljust(-n), [*range(3)] * 2, b''.replace(b'a', b'b')",
            "('a', '', [0, 1, 2, 0, 1, 2], b'')\n",
        ),
    ] {
        assert_eq!(python.output_of(source), shown);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn too_much_memory_raises_memory_error_or_ends_only_the_child() {
    for source in ["'a' * 10**11", "[0] * 10**11", "[*range(10**10)]"] {
        let mut python = Python::start();
        python.start_run(source);
        match python.finish_run() {
            Some(result) => assert_eq!(result.exception().class, "MemoryError", "{source}"),
            None => assert!(!python.process.wait().unwrap().success(), "{source}"),
        }
    }
}
