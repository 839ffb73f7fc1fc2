import weakref, collections
class C: pass

weakref.ref(C), weakref.ref(len)
c = C(); d = collections.OrderedDict(); weakref.ref(d)
repr(weakref.ref(c)).endswith(">"), weakref.ref(C())
