"""matmul, matvec, vecmat and vecdot with axes=, axis=, keepdims=, dtype= and out=, as NumPy has them."""

import pytest
from same import cases, same

SETUP = "a = np.arange(24.0).reshape(2, 3, 4)\nb = np.arange(24.0).reshape(4, 3, 2)\n"

CODE = """
np.matmul(np.ones((1,2)),np.ones((2,4)),out=np.zeros(4))
np.matmul(np.ones((1,3,2)),np.ones((2,4)),out=np.zeros((3,4)))
np.matmul(np.ones((3,2)),np.ones((2,4)),out=np.zeros(4))
np.matmul(np.ones((1,2)),np.ones((2,1)),out=np.zeros(()))
np.matmul(np.ones((5,1,2)),np.ones((2,4)),out=np.zeros((5,4)))
np.matmul(np.ones(5),np.ones((1,5,4)),out=np.zeros((3,4)))
np.matmul(np.ones(4),np.ones((1,1,4,1)),out=np.zeros((4,1)))
np.matmul(np.ones((1,1,2,3)),np.ones((3,2)),out=np.zeros((4,2,2)))
np.matmul(a,b,axes=[(1,2),(0,1),(0,1)])
np.matmul(a,b,axes=[(-2,-1),(0,1),(-2,-1)])
np.matmul(a,b,axes=[(-2,-1),(0,1)])
np.matmul(a,b,axes=((-2,-1),(0,1),(0,1)))
np.matmul(a,b,axes=[(-2,-1),0,(0,1)])
np.matmul(a,b,axes=[(-2,-9),(0,1),(0,1)])
np.matmul(a,np.ones(4),axes=[(-2,-1),0,0])
np.matmul(a,np.ones(4),axes=[(-2,-1),(0,),(0,)])
np.matmul(np.ones(4),np.ones(4),axes=[(0,),(0,),()])
np.matmul(np.ones(4),np.ones(4),axes=[(0,),(0,)])
np.vecdot(a,a,axes=[1,1])
np.vecdot(a,a,axes=[(1,),(1,),()])
np.vecdot(a,a,axis=1,keepdims=True)
np.vecdot(a,a,axis=1)
np.vecdot(a,a,keepdims=True)
np.vecdot(a,a,axis=1,axes=[1,1])
np.vecdot(a,a,axes=[1,1,1],keepdims=True)
np.vecdot(a,a,axes=[1,1],keepdims=True)
np.vecdot(a,a,axes=[1,-1])
np.matvec(a,np.ones((5,1,3)),axes=[(2,1),2,0])
np.vecmat(np.ones((3,2)),a,axes=[0,(1,2),0])
np.matmul(a,a,axes=[(1,1),(0,1),(0,1)])
np.matmul(a.astype('f4'),b,axes=[(1,2),(0,1),(0,1)],dtype='f4')
np.matmul(a,b,axes=[(1,2),(0,1),(0,1)],dtype='i4')
np.matmul(a,b,axes=[(1,2),(0,1),(0,1)],dtype='i4',casting='unsafe')
np.matmul(np.ones(3),np.ones(3),out=np.zeros((4,2)))
np.matmul(np.ones((2,3)),np.ones(3),out=np.zeros((4,2)))
np.matmul(np.ones((2,3)),np.ones(3),out=np.zeros((4,3)))
np.matmul(a, a, axis=1)
np.matvec(a, a, keepdims=True)
np.dot(np.ones((3)),np.ones(3),out=np.zeros((4,2)))
np.vecdot(np.ones((3)),np.ones(3),out=np.zeros((4,2)))
np.vecdot(np.ones((2,3)),np.ones(3),out=np.zeros((4,1)))
"""


@pytest.mark.parametrize("code", cases(CODE))
def test_stacked_products(code):
    same(SETUP + code)
