import hashlib
hashlib.blake2b(b'token', digest_size=16).hexdigest(), hashlib.blake2b(b'x' * 300, key=b'k', salt=b's', person=b'p').hexdigest(), hashlib.blake2s(b'a').hexdigest(), hashlib.blake2s(b'a', digest_size=5, key=b'secret').digest(), hashlib.blake2b().hexdigest()[:16], hashlib.blake2b(b'y' * 128).hexdigest()[:16], hashlib.blake2b(fanout=2, depth=3, leaf_size=4, node_offset=5, node_depth=1, inner_size=32, last_node=True).hexdigest()[:16]
h = hashlib.blake2b(b'a', digest_size=20); h.update(b'b'); c = h.copy(); c.update(b'c'); h.hexdigest(), c.hexdigest(), h.digest_size, h.block_size, h.name, hashlib.new('blake2s', b'x').hexdigest()[:8]
hashlib.blake2b(digest_size=65)
hashlib.blake2b(digest_size=0)
hashlib.blake2b(salt=b'x' * 17)
hashlib.blake2s(key=b'x' * 33)
hashlib.scrypt(b'password', salt=b'NaCl', n=1024, r=8, p=16, dklen=64).hex(), hashlib.scrypt(b'', salt=b'', n=16, r=1, p=1).hex()[:20]
hashlib.scrypt(b'p', salt=b's', n=15, r=8, p=1)
hashlib.scrypt(b'p', salt=b's', n=2**20, r=8, p=1)
hashlib.sha256(b'a').digest_size, hashlib.md5().block_size, hashlib.sha512(b'').name, hashlib.sha3_256(b'').hexdigest()[:8], hashlib.shake_128(b'a').hexdigest(4)
