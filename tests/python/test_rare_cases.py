"""Arguments and elements that few programs meet: medians of complex numbers, sums of negative zeros, bools over bytes of
something else, bounds of 2**64, and what the rarer parameters of functions do. A line of code each, under either package.
"""

import itertools

import ndstream
import numpy
import pytest
from same import cases, same

ZEROS = """
np.signbit(np.sum(np.array([-0.0])))
np.signbit(np.sum(np.array([-0.0]*20)))
np.signbit(np.sum(np.zeros((3,3))*-1,axis=0))
np.signbit(np.sum(np.zeros((3,3))*-1,axis=1))
np.signbit(np.sum(np.zeros((30,300),'f4')*-1,axis=1))
np.signbit(np.sum(np.zeros((30,300),'f2')*-1,axis=1))
np.signbit(np.sum(np.zeros((300,300),'f4')*-1))
np.signbit(np.sum(np.zeros((300,300),'f4')*-1).real)
np.signbit(np.mean(np.array([-0.0])))
np.signbit(np.mean(np.array([-0.0,-0.0],'f2')))
np.signbit(np.sum([-0.0],initial=0))
np.signbit(np.sum([-0.0],initial=-0.0))
np.signbit(np.sum([-0.0],where=[False]))
np.signbit(np.sum([-0.0],where=[True]))
np.signbit(np.sum(np.array([]) ))
np.signbit(np.sum(np.array([complex(-0.0,-0.0)])).imag)
np.signbit(np.sum(np.array([complex(-0.0,-0.0)])).real)
np.signbit(np.sum(np.array([[complex(-0.0,-0.0)]*3]*3),0).real)
np.signbit(np.cumsum([-0.0,-0.0]))
np.signbit(np.add.reduce([-0.0,-0.0]))
np.signbit(np.add.accumulate([-0.0,-0.0]))
np.signbit(np.add.reduceat(np.array([-0.0,-0.0,-0.0]),[0,1]))
np.signbit(np.nansum([-0.0]))
np.signbit(np.nanmean([-0.0]))
np.signbit(np.trace([[-0.0]]))
np.signbit(np.einsum('i->',[-0.0]))
np.signbit(np.dot(np.full((3,3),-0.0),np.ones(3)))
np.signbit(np.dot(np.full((3,3),-0.0),np.ones((3,3))))
np.signbit(np.average([-0.0]))
np.signbit(np.average([-0.0],weights=[1]))
np.signbit(np.nancumsum([-0.0]))
np.signbit(np.trapezoid([-0.0,-0.0]))
"""

BOOLS = """
np.frombuffer(bytes([0,1,2,255]),bool)
np.frombuffer(bytearray([0,2]),bool).astype(int)
"""

RANDOM = """
np.random.default_rng(1).standard_gamma(2.5,5,dtype=np.float32)
np.random.default_rng(1).standard_gamma(0.5,5,dtype='f4')
np.random.default_rng(1).standard_gamma([0.5,1,3],dtype='f4')
np.random.default_rng(1).standard_gamma([0.5,1,3],(2,3),dtype='f4')
np.random.default_rng(1).standard_gamma(1.0,dtype='f4')
np.random.default_rng(1).standard_gamma(0,3,dtype='f4')
np.random.default_rng(1).standard_gamma(2.5,5,dtype='f8')
np.random.default_rng(1).standard_gamma(2.5,5,dtype='i4')
o=np.zeros(3,'f4'); r=np.random.default_rng(1).standard_gamma(2.,out=o,dtype='f4'); (o, r is o)
o=np.zeros(3); r=np.random.default_rng(1).standard_gamma(2.,out=o); o
np.random.Generator(np.random.MT19937(3).jumped()).random(3)
np.random.MT19937(3).jumped(2).random_raw(3)
np.random.MT19937(3).jumped(0).random_raw(3)
np.random.PCG64(3).jumped(2).random_raw(3)
np.random.SFC64(3).random_raw(3)
np.random.SeedSequence(5,pool_size=8).generate_state(4)
np.random.SeedSequence(5,pool_size=4).generate_state(4)
np.random.SeedSequence(5,pool_size=3)
np.random.SeedSequence(5,pool_size=8).pool
np.random.SeedSequence(5,pool_size=8).pool_size
np.random.SeedSequence(5,spawn_key=(1,),pool_size=8).spawn(2)[1].generate_state(3,np.uint64)
np.random.SeedSequence(5,pool_size=8).state
repr(np.random.SeedSequence(5,pool_size=8))
np.random.default_rng(np.random.SeedSequence(5,pool_size=8)).random(3)
np.random.default_rng(1).multivariate_normal([0,1],[[1,.5],[.5,2]])
np.random.default_rng(1).multivariate_normal([0,1],[[1,.5],[.5,2]],3,method='cholesky')
np.random.default_rng(1).multivariate_normal([0,1],[[1,.5],[.5,2]],3,method='eigh')
abs(np.random.default_rng(1).multivariate_normal([0,1],[[1,.5],[.5,2]],3,method='svd')).shape
np.random.default_rng(1).multivariate_normal([0,1],[[1,.5],[.5,2]],3,method='bad')
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,check_valid='raise')
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,check_valid='ignore').shape
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,check_valid='bad')
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,method='cholesky')
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,method='eigh',check_valid='raise')
np.random.default_rng(1).multivariate_normal([0,1j],[[1,0],[0,1]],3)
np.random.default_rng(1).multivariate_normal([0,1],[[1,0],[0,1j]],3)
np.random.default_rng(1).multivariate_normal([[0,1]],[[1,0],[0,1]],3)
np.random.default_rng(1).multivariate_normal([0,1],[1,0],3)
np.random.default_rng(1).multivariate_normal([0,1,2],[[1,0],[0,1]],3)
np.random.default_rng(1).multivariate_normal([0,1],[[1,0],[0,1]],(2,3)).shape
np.random.RandomState(1).multivariate_normal([0,1],[[1,2],[2,1]],3,check_valid='raise')
np.random.RandomState(1).multivariate_normal([0,1],[[1,2],[2,1]],3,check_valid='bad')
np.random.default_rng(1).multivariate_normal([0,1],[[1,2],[2,1]],3,tol=5).shape
np.random.default_rng(1).integers([0,1],2**63)
np.random.default_rng(1).integers([0,1],[2**63,2**63])
np.random.default_rng(1).integers([0,1],np.array([2**63,5],np.uint64))
np.random.default_rng(1).integers([0,1],[2**64,2**64],dtype=np.uint64)
np.random.default_rng(1).integers(0,[2**64,2**63],dtype=np.uint64)
np.random.default_rng(1).integers(0,[2**64-1,2**63],dtype=np.uint64,endpoint=True)
np.random.default_rng(1).integers(0,[2**64],dtype=np.uint64,endpoint=True)
np.random.default_rng(1).integers(0,[2**64+1],dtype=np.uint64)
np.random.default_rng(1).integers([-2**63,0],[2**63,2**63])
np.random.default_rng(1).integers([-2**63-1,0],[2**63,2**63])
np.random.default_rng(1).integers([-1],[2**64],dtype=np.uint64)
np.random.default_rng(1).integers([0],[2**63-1],endpoint=True)
np.random.default_rng(1).integers([0.0,1],[5.0,6])
np.random.default_rng(1).integers([0.5],[5.5])
np.random.default_rng(1).integers([5],[5])
np.random.default_rng(1).integers([6],[5,7])
np.random.default_rng(1).integers(0,[256,255],dtype=np.uint8)
np.random.default_rng(1).integers(0,[257],dtype=np.uint8)
np.random.default_rng(1).integers([-129],[5],dtype=np.int8)
np.random.default_rng(1).integers([0,1],[True,2],dtype=bool)
np.random.RandomState(1).randint([0,1],[2**63,2**63],dtype=np.int64)
np.random.RandomState(1).randint([0,1],[2**64,2**63],dtype=np.uint64)
np.random.RandomState(1).randint(0,2**64,3,dtype=np.uint64)
np.random.default_rng(3).standard_gamma(np.linspace(0.1,5,2000),dtype=np.float32)
np.random.default_rng(3).standard_gamma(0.3,2000,dtype=np.float32)
np.random.default_rng(3).standard_gamma(30.,2000,dtype=np.float32)
np.random.Generator(np.random.MT19937(3)).standard_gamma(30.,2000,dtype=np.float32)
np.random.default_rng(3).standard_gamma([-1.0],dtype=np.float32)
np.random.default_rng(3).standard_gamma(1j,dtype=np.float32)
np.random.default_rng(3).standard_gamma([1,2],3,dtype=np.float32)
g=np.random.default_rng(3); g.standard_gamma(2.5,5,dtype='f4'); g.random(3)
[np.random.SeedSequence([1,2,3,2**70],spawn_key=(4,5),pool_size=n).generate_state(9) for n in (4,5,8,16)]
[np.random.SeedSequence(list(range(20)),pool_size=n).pool for n in (4,5,8,16)]
[np.random.SeedSequence(7,spawn_key=(4,5),pool_size=n).pool for n in (4,5,8,16)]
[k(np.random.SeedSequence(7,pool_size=8)).random_raw(4) for k in (np.random.PCG64,np.random.PCG64DXSM,np.random.Philox,np.random.SFC64,np.random.MT19937)]
a=np.random.MT19937(3); a.random_raw(700); b=a.jumped(3); (b.state['state']['pos'],b.state['state']['key'][:9],b.random_raw(5))
np.random.default_rng(1).integers([],[5])
np.random.default_rng(1).integers(np.array([0,5]),np.array([[7],[9]]))
np.random.default_rng(1).integers(np.array([0,5],'u1'),10,size=(3,2))
np.random.default_rng(1).integers(np.array([0,5],'u1'),10,size=3)
np.random.default_rng(1).integers(np.arange(5.))
np.random.default_rng(1).integers([3,4,5],dtype='i1',endpoint=True)
np.random.default_rng(1).integers([0,0],[0,1],dtype=bool,endpoint=True)
np.random.default_rng(1).integers([[0,3],[1,2]],[[5],[9]],dtype='u2')
np.random.RandomState(1).randint([1,2],[5,6])
np.random.RandomState(1).randint([1,2],5,dtype='u1')
np.random.RandomState(1).randint([5],[5])
np.random.randint(low=[1],high=[1])
np.random.default_rng(1).integers([1],None)
"""

REST = """
np.median(np.array([1+2j,3+1j,2-1j]))
np.median(np.array([1+2j,3+1j,2-1j,0j]))
np.median(np.array([[1+2j,3+1j],[2-1j,0j]]),axis=0)
np.median(np.array([[1+2j,complex('nan')],[2-1j,0j]]),axis=0)
np.nanmedian(np.array([1+2j,3+1j,np.nan,2-1j]))
np.median(np.array([1+2j,3+1j],dtype=np.complex64))
np.percentile(np.array([1+2j]),50)
np.quantile([],0.5)
np.quantile([],[0.5])
np.percentile([],50)
np.percentile(np.zeros((0,3)),50)
np.percentile(np.zeros((0,3)),50,axis=0)
np.percentile(np.zeros((0,3)),50,axis=1)
np.quantile(np.zeros((2,0)),[.1,.2],axis=1)
np.nanquantile([],0.5)
np.nanpercentile(np.zeros((2,0)),50,axis=1)
np.median([])
np.median(np.zeros((2,0)),axis=1)
np.median(np.zeros((2,0)),axis=0)
np.nanmedian([])
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n'),usecols=(0,1))
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n'),usecols=(0,2))
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n'),usecols=-1)
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n6 7 8 9'),usecols=1)
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n'))
import io; np.loadtxt(io.StringIO('1,2,3\n4,5\n'),delimiter=',',usecols=(0,-1))
np.array([0,1,2,255],np.uint8).view(bool)
np.array([0,1,2,255],np.uint8).view(bool).sum()
np.array([0,1,2,255],np.uint8).view(bool).astype(int)
np.array([0,1,2,255],np.uint8).view(bool)+0
np.array([0,1,2,255],np.uint8).view(bool)*3
np.array([0,1,2,255],np.uint8).view(bool).tolist()
np.array([2],np.uint8).view(bool)==np.array([1],np.uint8).view(bool)
np.array([2],np.uint8).view(bool)&np.array([1],np.uint8).view(bool)
np.array([2],np.uint8).view(bool)^np.array([1],np.uint8).view(bool)
~np.array([2,0,255],np.uint8).view(bool)
np.logical_and(np.array([2],np.uint8).view(bool),np.array([1],np.uint8).view(bool))
np.logical_xor(np.array([2],np.uint8).view(bool),np.array([1],np.uint8).view(bool))
np.arange(4)[np.array([0,1,2,255],np.uint8).view(bool)]
np.nonzero(np.array([0,1,2,255],np.uint8).view(bool))
np.count_nonzero(np.array([0,1,2,255]*30,np.uint8).view(bool))
np.where(np.array([0,1,2,255],np.uint8).view(bool),1,2)
np.array([0,1,2,255],np.uint8).view(bool).mean()
np.unique(np.array([0,1,2,255],np.uint8).view(bool))
np.array([0,1,2,255],np.uint8).view(bool).astype('f4')
np.array([0,1,2,255],np.uint8).view(bool).astype('c8')
np.array([0,1,2,255],np.uint8).view(bool).any()
np.array([3,1,2,255],np.uint8).view(bool).all()
np.array([0,1,2,255],np.uint8).view(bool).cumsum()
np.packbits(np.array([0,1,2,255],np.uint8).view(bool))
np.array([0,1,2,255],np.uint8).view(bool)[2]
int(np.array([0,1,2,255],np.uint8).view(bool)[2])
np.array([0,1,2,255],np.uint8).view(bool).max()
np.sort(np.array([0,1,2,255],np.uint8).view(bool)[::-1])
np.bincount(np.array([0,1,2,255],np.uint8).view(bool))
np.dot(np.array([0,1,2,255],np.uint8).view(bool),np.array([0,1,2,255],np.uint8).view(bool))
np.array([0,1,2,255],np.uint8).view(bool)@np.arange(4.)
np.add.reduce(np.array([0,1,2,255],np.uint8).view(bool),dtype='u1')
np.isclose(np.float32(1),np.float32(1.00001))
np.isclose(np.float16([1,2]),np.float16([1.001,2.002]))
np.isclose(np.float16([1,2]),np.float16([1.001,2.002]),rtol=1e-3)
np.isclose(np.float32([1e-8]),np.float32([0]),rtol=0,atol=1e-8)
np.isclose(np.float32([1]),np.float32([1+1e-5]),rtol=np.float64(1e-5),atol=0)
np.isclose(np.float32(16777216.0),np.float32(16777217.0),rtol=1e-8,atol=np.float32(1))
np.isclose(np.float16(1000), np.float16(1001), rtol=np.float32(1e-3), atol=0)
np.isclose(1,1,atol=[1,2])
np.isclose([1,2],[1.1,2.1],atol=[0.2,0.01])
np.isclose([1,2],[1.1,2.1],rtol=np.array([[0.2],[0.01]]))
np.isclose(np.int8([100]),np.int8([-100]),atol=199)
np.isclose(np.int8([100]),np.int8([101]),atol=1)
np.isclose(np.uint8([0]),np.uint8([1]),atol=1)
np.isclose(True,False)
np.allclose(np.float32([1]),np.float32([1.00001]),rtol=np.float32(1e-5),atol=np.float64(0))
np.matmul(np.ones((2,2)),np.ones((2,2)),casting='no')
np.matmul(np.ones((2,2)),np.ones((2,2),int),casting='no')
np.matmul(np.ones((2,2)),np.ones((2,2),int),casting='safe')
np.matmul(np.ones((2,2)),np.ones((2,2)),dtype='f4',casting='unsafe')
np.matmul(np.ones((2,2)),np.ones((2,2)),dtype='f4')
np.matmul(np.ones((2,2)),np.ones((2,2)),dtype='i4',casting='unsafe')
np.matmul(np.ones((2,2)),np.ones((2,2)),casting='bad')
np.matmul(np.ones((2,2)),np.ones((2,2)),out=np.zeros((2,2),'f4'),casting='same_kind')
np.matmul(np.ones((2,2)),np.ones((2,2)),out=np.zeros((2,2),'i4'),casting='unsafe')
np.matmul(np.ones((2,2)),np.ones((2,2)),order='F').flags.f_contiguous
np.vecdot(np.ones(2),np.ones(2),casting='no')
np.matvec(np.ones((2,2)),np.ones(2),casting='no')
np.vecmat(np.ones(2),np.ones((2,2)),casting='no',dtype='f8')
b=np.broadcast([1,2],[[3],[4]]); (b.shape,b.ndim,b.size,b.nd,b.numiter,b.index,list(b))
b=np.broadcast([1,2],[[3],[4]]); next(b); b.index
b=np.broadcast([1,2],[[3],[4]]); next(b); b.reset(); list(b)
b=np.broadcast([1,2],[[3],[4]]); [(int(x),int(y)) for x,y in b]
b=np.broadcast([1,2],[[3],[4]]); [i.__next__() for i in b.iters]
b=np.broadcast([1,2],[[3],[4]]); [type(i).__name__ for i in b.iters]
b=np.broadcast([1,2],[[3],[4]]); type(next(b)), [type(x).__name__ for x in next(b)]
b=np.broadcast([1,2]); list(b)
np.broadcast(1,2).shape
list(np.broadcast(1,2))
np.broadcast([1,2],[1,2,3])
np.broadcast(np.broadcast([1,2],[[1],[2]]),[1,2]).numiter
isinstance(np.broadcast([1]),np.broadcast)
len(np.broadcast([1]))
x=np.empty((2,2)); b=np.broadcast([1,2],[[3],[4]]); x.flat=[u+v for u,v in b]; x
np.array([[1,2],[3,4]],ndmax=2)
np.array([[1,2],[3,4]],ndmax=1)
np.array([1,2],ndmax=1)
np.array(1,ndmax=0)
np.array([1],ndmax=0)
np.array([[1.5]],ndmax=2,ndmin=3)
np.array([1,2],ndmax=-1)
np.array([1,2],ndmax=65)
np.array(np.ones((2,2)),ndmax=1)
np.lexsort([3,1,2])
np.lexsort(np.array([3,1,2]))
np.lexsort(([3,1,2],))
np.lexsort(np.array([[3,1,2]]))
np.lexsort([[3,1,2],[1,1,0]],axis=0)
np.lexsort([])
np.lexsort(())
np.lexsort(5)
np.lexsort(np.array([3,1,2]),axis=0)
np.lexsort(np.array([3,1,2]),axis=1)
np.lexsort(np.ones((2,3)),axis=1)
np.lexsort(([1,2],[1,2,3]))
np.histogram([1,2,3,2.5],weights=np.array([1j,2,3,4+1j]))
np.histogram([1,2,3,2.5],bins=3,weights=np.array([1j,2,3,4+1j]))
np.histogram([1,2,3,2.5],bins=[1,2,4],weights=np.array([1j,2,3,4+1j]))
np.histogram([1,2,3,2.5],bins=[1,2,4],weights=np.array([1j,2,3,4+1j]),density=True)
np.histogram([1,2,3,2.5],bins=[1,2,4],weights=np.array([1,2,3,4],'f4'))
np.histogram([1,2,3,2.5],bins=[1,2,4],weights=np.array([1,2,3,4],'c8'))
np.histogram([1,2,3,2.5],bins=2,weights=np.array([1,2,3,4],'i2'))
np.histogram2d([1,2],[1,2],bins=2,weights=[1j,2])
np.histogramdd([[1,2],[2,3]],bins=2,weights=[1,2])
np.bincount([1,2],weights=[1j,2])
np.unique(np.array([[1,np.nan],[1,np.nan],[0,1]]),axis=0)
np.unique(np.array([[np.nan,np.nan],[np.nan,np.nan]]),axis=0)
np.unique(np.array([[np.nan,1],[1,2],[np.nan,1]]),axis=0,return_inverse=True,return_counts=True,return_index=True)
np.unique(np.array([[np.nan,1],[1,2],[np.nan,1]]),axis=1)
np.unique(np.array([np.nan,1,np.nan]),axis=0)
np.unique(np.array([np.nan,1,np.nan]),axis=0,equal_nan=False)
np.unique(np.array([[np.nan,1],[np.nan,1]]),axis=0,equal_nan=True)
np.unique(np.array([[-0.0,1],[0.0,1]]),axis=0)
np.unique(np.array([[1j,1],[1j,1],[0,2]]),axis=0)
np.unique(np.array([[True,False],[True,False]]),axis=0)
np.equal(1,None)
np.equal(np.array([1,2]),None)
np.not_equal(np.array([1,2]),None)
np.array([1,2])==None
np.array([1,2])!=None
np.array([[1,2]])==None
np.float64(1)==None
np.equal(None,np.array([1.5]))
np.less(np.array([1]),None)
np.add(np.array([1]),None)
np.array([1,2])=='a'
np.array([1,2])!='a'
np.equal(np.array([1,2]),'a')
import io; np.loadtxt(io.StringIO('1 2 3\n4 5\n6'),usecols=(0,1))
import io; np.loadtxt(['1 2 3','4 5','6 7 8 9'],usecols=(0,1),skiprows=1)
import io; np.loadtxt(io.BytesIO(b'1,2,3\n4,5\n6,7,8,9'),usecols=(0,1),delimiter=',',dtype=int)
np.median(np.array([[1j,2],[3,4],[0,1j]]),axis=1,keepdims=True)
np.nanmedian(np.array([[1j,2],[complex('nan'),4],[0,1j]]),axis=0)
np.median(np.array([[1j,2],[complex('nan'),4],[0,1j]]))
np.median(np.array([1j,2+1j]*5,'c8').reshape(5,2),axis=(0,1))
np.unique(np.array([[np.nan],[np.nan],[1]]),axis=0)
np.unique(np.array([3,1,1]),axis=-1,return_counts=True)
np.unique(np.array([3,1,1]),axis=1)
np.equal(None,None)
np.not_equal(None,5)
np.isclose(np.float32(1)*np.ones(2,'f4'),np.float32(1.0001),rtol=np.float64(1e-4))
np.isclose(np.ones(2,'f2'),np.ones(2,'f2')*np.float16(1.001),rtol=np.float32(9.7e-4),atol=0)
np.isclose([True,False],[True,True])
np.isclose(True,1.0)
np.allclose(np.ones(2,'f4'),np.ones(2,'f4'),atol=np.float64(0),rtol=np.float32(0))
np.isclose(np.ones(2,'c8'),np.ones(2,'c8')+1e-6,rtol=np.float64(1e-6),atol=0)
np.array([2,0,1],np.uint8)[::2].view(bool)
np.array([[2,0],[1,3]],np.uint8).T.view(bool).astype(int)
np.array([513,1],'u2').view(bool).astype(int)
x=np.array([0,1,1],np.uint8); y=x.view(bool); y[0]=True; x
"""


ARGUMENTS = r"""
np.percentile(np.float32([1,2,3]),[25,75])
np.percentile(np.float32([1,2,3]),np.array([25,75]))
np.percentile(np.float32([1,2,3]),np.array([25.,75]))
np.percentile(np.float32([1,2,3]),np.array([25.,75],'f4'))
np.percentile(np.float32([1,2,3]),np.float64(50))
np.percentile(np.float32([1,2,3]),50)
np.percentile(np.float32([1,2,3]),np.int64(50))
np.quantile(np.float32([1,2,3]),0.5)
np.quantile(np.float32([1,2,3]),[0.5])
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3))
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3),method='lower')
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3),method='inverted_cdf')
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3),method='hazen')
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3),method='averaged_inverted_cdf')
np.quantile(np.float32([1,2,3]),np.linspace(0,1,3),method='nearest')
np.nanquantile(np.float32([1,2,np.nan]),np.linspace(0,1,3))
np.nanpercentile(np.float32([1,2,3]),np.float64(50))
np.quantile(np.float16([1,2,3]),np.float32(0.3))
np.quantile(np.float16([1,2,3]),0.3)
np.quantile(np.float64([1,2,3]),np.float32(0.3))
np.random.default_rng(1).integers(0,2,size=0,dtype=bool)
np.random.default_rng(1).integers(0,0,size=0)
np.random.default_rng(1).integers(10,5,size=(2,0))
np.random.default_rng(1).negative_binomial(2**62,0.1)
np.r_[0:36:100j][:3]
np.nanargmax([])
np.random.default_rng(1).negative_binomial([5,2**62],0.5)
np.random.RandomState(1).negative_binomial(5,.5)
np.quantile(np.arange(12,dtype='f4').reshape(3,4),[[.1,.5],[.7,1]],axis=0)
np.percentile(np.arange(5.),[25,75])
np.var([1,2,4],mean=3.0)
np.std([1,2,4],mean=3.0)
np.var(np.arange(6.).reshape(2,3),axis=1,mean=[[1.],[2.]],keepdims=True)
np.array([1,2,4.]).var(mean=3.0,ddof=1)
np.array([1,2,4.],'f4').std(mean=np.float32(3))
np.var([1j,2],mean=1+1j)
np.var([1,2,4.],mean=3,where=[True,True,False])
np.nanstd([[1,np.nan],[2,3]],axis=0,mean=[[1.,2.]])
np.var([1,2,4.],mean=3.0,out=np.zeros(()))
import inspect; [str(inspect.signature(f)) for f in (np.sin,np.add,np.frexp,np.divmod)]
np.einsum_path('ij,jk,kl,lm->im',np.ones((2,3)),np.ones((3,40)),np.ones((40,5)),np.ones((5,6)),optimize='optimal')[0]
np.einsum_path('ab,bc,ca->',np.ones((2,3)),np.ones((3,4)),np.ones((4,2)),optimize='optimal')[0]
it=np.nditer(np.arange(6).reshape(2,3),flags=['multi_index']); it.multi_index=(1,1); (int(it[0]),it.multi_index,it.iterindex)
it=np.nditer(np.arange(6).reshape(2,3),flags=['multi_index']); it.multi_index=(2,0)
np.random.default_rng(5).multivariate_hypergeometric([3,4,5],10,method='count')
np.random.default_rng(5).multivariate_hypergeometric([30,400],45,(2,2),method='count')
np.random.default_rng(5).multivariate_hypergeometric([3,4],2,method='x')
np.average([[1,2],[3,4]],weights=[1,2])
np.average([[1,2],[3,4]],axis=1,weights=[1,2,3])
np.hypot.reduce(np.zeros((0,2)),axis=0)
np.hypot.reduce([],keepdims=True)
np.subtract.reduce([])
np.subtract.reduce(5,axis=0)
np.arctan2.reduce(5,axis=-1)
np.sum(np.array([-0.0,-0.0]),initial=-0.0)
np.array([3,1,2]).clip(2)
np.array([3,1,2]).clip(max=2)
np.clip([1,2,3],a_min=2,a_max=None)
np.clip([1,2,3],a_min=2)
np.histogram([1,2,3],bins='auto',weights=[1,2,3])
np.histogramdd([[1,2],[3,4],[5,6]],bins=[2,2,2])
np.histogram2d([1,2],[3,4],bins=[0,3,9])
np.delete(np.arange(6).reshape(2,3),[True,False,True],axis=1)
a=np.arange(4.); np.put_along_axis(a.reshape(2,2),np.array([[0],[1]]),9,axis=None)
a=np.zeros(4); np.put_along_axis(a,np.array([0,-1]),[9,8],axis=None); a
"""


@pytest.mark.parametrize("code", cases(ZEROS + BOOLS + REST + ARGUMENTS))
def test_is_the_same(code):
    same(code, rtol=1e-12)


@pytest.mark.parametrize("code", cases(RANDOM))
def test_random_numbers_are_the_same(code):
    same(code, rtol=1e-12)


SHAPES = [(1,), (5,), (128,), (1000,), (70000,), (3, 4), (100, 3), (3, 100), (1000, 17), (300, 700), (4000, 3), (2, 3, 4)]
MADE = {
    "itself": lambda x: x,
    "sums": lambda x: x + x,
    "products": lambda x: -(x * x),
    "squares": lambda x: x**2,
    "roots": lambda x: x.__abs__() ** 0.5 * -1,
}


def signs(x):
    """The numbers, with their signs."""
    x = numpy.asarray(x)
    parts = [x.real, x.imag] if x.dtype.kind == "c" else [x]
    return [part.tolist() for part in parts], [numpy.signbit(part).tolist() for part in parts]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("made", MADE)
def test_sums_of_zeros_have_numpys_sign(dtype, made):
    random = numpy.random.default_rng(1)
    for shape, mixed, transposed in itertools.product(SHAPES, (False, True), (False, True)):
        zeros = numpy.full(shape, complex(-0.0, -0.0) if dtype[0] == "c" else -0.0, dtype)
        if mixed:
            zeros[random.random(shape) < 0.1] = 0.0
        theirs = zeros.T if transposed else zeros
        ours = ndstream.asarray(zeros.copy())
        ours = ours.T if transposed else ours
        for axis in [None, *range(theirs.ndim)]:
            for name, words in [("sum", {}), ("sum", {"initial": -0.0}), ("mean", {}), ("sum", {"keepdims": True}), ("cumsum", {})]:
                if words.get("initial") is not None and dtype[0] == "c":
                    continue
                mine = getattr(MADE[made](ours), name)(axis, **words)
                other = getattr(MADE[made](theirs), name)(axis, **words)
                assert signs(mine) == signs(other), (shape, mixed, transposed, axis, name, words)


def test_a_covariance_that_is_none_warns():
    for random in (ndstream.random.default_rng(1), ndstream.random.RandomState(1)):
        with pytest.warns(RuntimeWarning, match="not symmetric positive-semidefinite"):
            random.multivariate_normal([0, 1], [[1, 2], [2, 1]], 3)


class Seeds:
    """What gives words to seed with, and is no SeedSequence."""

    def generate_state(self, n_words, dtype="uint32"):
        return numpy.random.SeedSequence(7).generate_state(n_words, str(numpy.dtype(str(ndstream.dtype(dtype)))))


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"])
def test_bit_generators_take_any_seed_sequence(kind):
    theirs = getattr(numpy.random, kind)(numpy.random.SeedSequence(7))
    assert getattr(ndstream.random, kind)(Seeds()).random_raw(5).tolist() == theirs.random_raw(5).tolist()


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"])
@pytest.mark.parametrize("options", [{"pool_size": 6}, {"pool_size": 9, "spawn_key": (3,)}, {"spawn_key": (2**40, 1)}])
def test_seed_sequences_of_any_pool_equal_numpys(kind, options):
    mine, theirs = (m.SeedSequence([1, 2**70], **options) for m in (ndstream.random, numpy.random))
    assert mine.pool.tolist() == theirs.pool.tolist()
    assert mine.generate_state(5, "uint64").tolist() == theirs.generate_state(5, "uint64").tolist()
    assert getattr(ndstream.random, kind)(mine).random_raw(5).tolist() == getattr(numpy.random, kind)(theirs).random_raw(5).tolist()


def test_a_median_of_no_complex_numbers_is_nan():
    for of in (ndstream.median, ndstream.nanmedian):
        assert ndstream.isnan(of(ndstream.zeros(0, complex)))
        assert ndstream.isnan(of(ndstream.full((2, 3), complex("nan")), axis=1)).all()


def test_bools_over_other_bytes_are_a_copy_of_ones():
    bytes_ = ndstream.array([0, 1, 2, 255], ndstream.uint8)
    assert bytes_.view(bool).view(ndstream.uint8).tolist() == [0, 1, 1, 1]
    assert bytes_.tolist() == [0, 1, 2, 255]


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
def test_comparisons_of_any_length_from_any_start_write_their_results_only(dtype):
    rng = numpy.random.default_rng(8)
    values = [0, -0.0, numpy.nan, numpy.inf, -numpy.inf, 1, 1, 1] if dtype[0] == "f" else [0, 1]
    x, y = (rng.choice(values, 400).astype(dtype) for _ in range(2))
    mine, other = ndstream.array(x), ndstream.array(y)
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        for n in (*range(20), 31, 33, 63, 64, 65, 95, 127, 129, 191, 200, 257):
            for start in (0, 1, 5):
                part = slice(start, start + n)
                expected, result = numpy.ones((3, n + 9), "?"), ndstream.ones((3, n + 9), "?")
                for library, a, b, out in ((numpy, x, y, expected), (ndstream, mine, other, result)):
                    compare = getattr(library, name)
                    compare(a[part], b[3 : 3 + n], out=out[0, 4 : 4 + n])
                    compare(a[part], b[2:3], out=out[1, 4 : 4 + n])
                    compare(b[4:5], a[part], out=out[2, 4 : 4 + n])
                assert (numpy.asarray(result) == expected).all(), (name, n, start)
