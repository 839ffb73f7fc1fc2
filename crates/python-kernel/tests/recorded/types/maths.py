import math
[math.gamma(x) for x in (0.1, 0.5, 1, 1.5, 2.5, 2.675, 5, 23, 24, 100.5, 170.5, -0.5, -1.5, 1e-21, 143.5)], math.gamma(float('inf')), math.gamma(float('nan')), [math.lgamma(x) for x in (0.1, 0.5, 1, 2, 3, 7, 100.5, -0.5, -1.5, 1e-21, 1e300)]
math.gamma(0)
math.gamma(-1)
math.gamma(200)
math.lgamma(-2)
math.cbrt(27), math.cbrt(2), math.cbrt(-10), math.cbrt(1e22), math.cbrt(0.0), math.cbrt(5e-324), math.cbrt(float('inf')), math.cbrt(-8.0)
math.log(8, 2), math.log(100, 10), math.log(2), math.log(10 ** 400)
math.log(2, 1)
math.log(0)
math.sin(float('inf'))
math.floor(float('inf'))
math.ceil(float('nan'))
[math.cbrt(3.14159), math.cbrt(1e-5), math.cbrt(123456.789), math.cbrt(0.7)]
