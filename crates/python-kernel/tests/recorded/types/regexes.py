import re
re.match(r'(\w+)-(\w+)', 'ab-cd').expand(r'\2/\1'), re.match(r'(a)|(b)', 'b').expand(r'[\1\2]'), re.match(b'(a)', b'a').expand(rb'<\1>'), re.match('(?P<n>a)', 'a').expand(r'\g<n>\g<0>\n')
re.match('a', 'a').expand(r'\1')
re.findall('(a)|b', 'ab'), re.findall('(a)|(b)', 'ab'), re.findall(b'(a)|(b)', b'ab'), re.findall(b'(a)|b', b'b'), re.findall('a|b', 'ab'), re.findall('(x)?', '')
re.compile('b').search('abc', -5), re.compile('b').match('abc', 1), re.compile('b').findall('bbb', -1, 2), re.compile('b').search(string='abc', pos=-2), [m.span() for m in re.compile('b').finditer('abcb', -9)], re.compile('b').fullmatch('abc', 1, 2)
re.sub('a', 'b', 'aaa', -1), re.subn('a', 'b', 'aaa', -1), re.sub('a', 'b', 'aaa', 2), re.sub('a', 'b', 'aaa', count=1)
re.findall(r'\d', '1٣९²½'), re.findall(r'\D', '1٣x'), re.findall(r'\w+', 'हिन्दी é_1 日本'), re.findall(r'\W', 'é-x ²'), re.findall(r'[\d.]+', '٣.1'), re.findall(r'[^\w ]', 'aé-٣ !'), re.findall(r'[\w.-]+', 'user.name@ex-1.é'), re.findall(r'(?a)\w', 'éa'), re.findall(r'\w', '𝟘𐐀😀'), re.findall(rb'\w', b'a\xe9'), re.findall(r'[\W\d]', 'a1-'), re.findall(r'(?i)[\wÀ]+', 'àB')
