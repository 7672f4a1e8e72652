"""What does not fit an array, or is not of its kind, written by put, place, putmask, copyto, at and assignment."""

import pytest
from same import cases, same

SETUP = """
a = np.arange(24.0).reshape(2, 3, 4)
i = np.arange(4)
u = np.arange(4, dtype="u1")
f = np.arange(4, dtype="f4")
b = np.arange(4, dtype="i1")
"""

CODE = """
np.put(np.float64(1), [0], 3)
np.put(np.float64(1), [2], 3)
x=np.array(3.0); x[True]=[1,1]; x
x=np.array(3.0); x[x<0]=(1,1); x
e=np.zeros(0); e.setflags(write=False); e.reshape(2,-1)[...]=1; e
e=np.zeros(0); e.setflags(write=False); np.maximum(e.reshape(2,-1),1,out=e.reshape(2,-1))
np.arange(4)[[0,1],...,...]
i[[0,1],...,...]=2; i
np.int8(3)[True]
np.int8(3)[np.bool_(False)]
np.int8(3)[0]
np.int8(3)[1:2]
np.where([True,False],np.uint64(5),-2)
np.where([True,False],np.int8(5),300)
np.where([True],2**63,np.int64(3))
np.where([True],-5,np.uint8(3))
np.putmask(i,i>-3,np.zeros(0)); i
e=np.zeros((0,2)); np.putmask(e,e>-3,np.zeros((1,4))); e
np.putmask(i,i>-3,np.zeros(0,int)); i
np.putmask(i,i>-3,np.array([1.5,2])); i
np.putmask(i,i>-3,1.5); i
np.putmask(i,i>-3,1j); i
np.putmask(i,i>-3,np.int8(3)); i
np.putmask(u,i>-3,np.int64(3)); u
np.putmask(u,i>-3,np.float64(3)); u
u[0]=np.int64(546); u
u[:]=np.int64(546); u
u[1:3]=np.int16(-1); u
u[...]=np.float64(546.5); u
u[:]=np.float32(4.5); u
u[0]=np.float64("nan"); u
u[:]=np.bool_(True); u
u[:]=[np.int64(546)]*4; u
u[:]=np.array(546); u
u[[0,1]]=np.int64(546); u
u[u>1]=np.int64(546); u
u[1:3]=np.sum(np.arange(100)); u
u.fill(np.int64(546)); u
np.array([np.int64(546)],dtype="u1")
np.full(3,np.int64(546),dtype="u1")
i[:]=np.uint64(2**63); i
b[0]=np.int64(546); b
b[:]=np.int64(546); b
b[1:3]=np.int16(-1); b
b[...]=np.float64(546.5); b
b[:]=np.float32(4.5); b
b[0]=np.float64("nan"); b
b[:]=np.bool_(True); b
b[:]=[np.int64(546)]*4; b
b[:]=np.array(546); b
b[[0,1]]=np.int64(546); b
b[b>1]=np.int64(546); b
b[1:3]=np.sum(np.arange(100)); b
b.fill(np.int64(546)); b
np.array([np.int64(546)],dtype="i1")
np.full(3,np.int64(546),dtype="i1")
np.put(i,[0],1j); i
np.put(i,[0],np.array([1j])); i
np.place(i,i>1,[1.5,2.5]); i
np.place(f,i>1,[1.5j]); i
np.add.at(u,[1,1],-3); u
np.add.at(u,[1,1],300); u
np.add.at(u,[1,1],30.); u
np.subtract.at(u,[1,1,2],3); u
np.put(u,[0,1],[3,-4]); u
np.put(u,[0,1],np.array([3,-4])); u
np.put(u,[0,1],np.int64(-4)); u
np.put(u,[0,1],-4.5); u
np.put(u,[0,1],np.float64(-4.5)); u
np.put(u,[0,1],[1.5,300.]); u
np.copyto(u,-4); u
np.copyto(u,-4,casting='unsafe'); u
np.copyto(u,-4.0,casting='unsafe'); u
np.copyto(u,-4.0); u
np.copyto(u,3,casting='safe'); u
np.copyto(u,300,casting='safe'); u
np.copyto(u,[3,4,5,6],casting='safe'); u
np.copyto(u,[3,-4,5,6],casting='unsafe'); u
np.copyto(u,np.int64(-3),casting='unsafe'); u
np.copyto(f,3.0,casting='safe'); f
np.copyto(f,3,casting='safe'); f
np.copyto(f,3j,casting='unsafe'); f
np.copyto(f,1e300,casting='safe'); f
np.copyto(f,True,casting='safe'); f
np.copyto(f>2,3); f
np.copyto(f>2,True); f
np.putmask(u,u>9,-3); u
np.putmask(u,u>9,[1.5,-3]); u
np.put_along_axis(u,np.array([1]),-3,0); u
np.put_along_axis(u,np.array([1]),-3.5,0); u
np.put_along_axis(u,np.array([1]),np.array([-3.5]),0); u
np.put(np.zeros(0,'u1'),[0],1); u
np.put(np.zeros(0,'u1'),[],1); u
i[...,-4]=np.array([[7.]]); i
i[-4]=np.array([[7.]]); i
i[...,1]=np.array([7,8]); i
a[1,...,2,1]=np.array([[5.]]); a
np.fill_diagonal(a[0],3j); a
np.fill_diagonal(u.reshape(2,2),-3); u
np.fill_diagonal(u.reshape(2,2),300); u
np.fill_diagonal(u.reshape(2,2),[1,2]); u
b = i > 1; b[-2] = np.zeros(1, "u1"); b
b = i > 1; b[-2] = np.zeros(2, "u1"); b
f[1] = np.zeros(1); f
np.where(i > 1, u, -6)
np.where(i > 1, 300, u)
np.where(i > 1, u, 300.0)
np.where(i > 1, u, np.int64(300))
np.select([i > 1], [u], -3)
np.select([i > 1, i < 1], [u, f], -3)
np.select([i > 1], [u], 300)
np.sum(a, axis=(0, 1), out=i); i
np.prod(a[0] + 0.5, axis=0, out=i); i
np.max(a + 0.5, axis=(0, 1), out=u); u
np.min(a[1] + 0.5, axis=0, out=f); f
np.sum(np.array([[100, 100]]), axis=1, out=u[:1]); u
np.sum(np.array([[2, 0], [0, 0]]), axis=1, out=(u > 1)[:2])
np.cumsum(i + 0.5, out=u); u
np.cumprod(i + 10, out=f); f
np.add.reduce(a + 0.5, axis=(0, 1), out=i); i
a[0][np.zeros((1, 0), bool)] += np.zeros(0); a
a[0][np.zeros((1, 0), bool)]
a[0][np.zeros((0, 4), bool)]
a[0][np.zeros((0, 3), bool)]
a[0][np.zeros((0, 0), bool)]
a[0][np.zeros(0, bool)]
u.fill(-3); u
u[:] = -3; u
u[0] = 3j; u
u[:] = 3j; u
u[[0,1]] = 3j; u
u[[0,1]] = -3.5; u
u[u>1] = -3.5; u
np.array([2**63,1])
np.array([2**63,2**63])
np.array([2**63,-1])
np.array([2**63,True])
np.array([2**63,1.5])
np.array(2**63)
"""


@pytest.mark.parametrize("code", cases(CODE))
@pytest.mark.filterwarnings("ignore")
def test_writing(code):
    same(SETUP + code)
