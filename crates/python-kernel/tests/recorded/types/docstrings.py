len.__doc__, len.__text_signature__
dict.get.__doc__, dict.get.__text_signature__
str.split.__doc__, [].append.__doc__, print.__doc__
import math, time, collections, itertools
math.sqrt.__doc__, itertools.count.__doc__[:20], collections.deque.append.__doc__, collections.deque.rotate.__text_signature__
import inspect
inspect.getdoc(len), inspect.getdoc(dict.get)
inspect.signature(len), inspect.signature(sorted), inspect.signature(dict.get), inspect.signature(print), inspect.signature(str.split)
help(len)
help(sorted)
len.__self__, math.sqrt.__self__.__name__, [].append.__self__
