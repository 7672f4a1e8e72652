"""nditer and nested_iters: orders, views, buffers, conversions and errors, beside NumPy's."""

import pytest
from same import cases, same

NDITER = r"""
[int(x) for x in np.nditer(np.arange(5)[::-1])]
[int(x) for x in np.nditer(np.arange(6).reshape(2,3)[::-1])]
[int(x) for x in np.nditer(np.arange(6).reshape(2,3)[:,::-1].T)]
[int(x) for x in np.nditer(np.arange(5)[::-1],order='C')]
[(int(x),int(y)) for x,y in np.nditer([np.arange(5)[::-1],np.arange(5)])]
[(int(x),int(y)) for x,y in np.nditer([np.arange(5)[::-1],np.arange(5)[::-1]])]
it=np.nditer(np.arange(6).reshape(2,3)[::-1],flags=['multi_index']); [(int(x),it.multi_index) for x in it]
it=np.nditer(np.arange(6).reshape(2,3)[::-1],flags=['c_index']); [(int(x),it.index) for x in it]
a=np.arange(6).reshape(2,3); it=np.nditer([a.T,2*a.T],flags=['multi_index']); [(int(x),int(y),it.multi_index) for x,y in it]
a=np.arange(6).reshape(2,3); it=np.nditer([a,a.T.copy().T],flags=['multi_index']); [(int(x),int(y),it.multi_index) for x,y in it]
it=np.nditer([np.arange(3)],flags=['multi_index']); c=it.copy(); next(it); (c.multi_index,it.multi_index,int(next(c)),c.has_multi_index,c.nop)
it=np.nditer(np.arange(3),flags=('multi_index',)); it.remove_multi_index(); (it.has_multi_index,int(next(it)))
it=np.nditer(np.arange(3),flags=['multi_index']); it.remove_multi_index(); it.multi_index
it=np.nditer(np.arange(3)); it.multi_index
it=np.nditer(np.arange(3)); it.multi_index=(1,)
it=np.nditer(np.arange(3),flags=['multi_index']); it.multi_index=None
it=np.nditer((np.arange(3),np.arange(3.0)),flags=[]); [(int(x),float(y)) for x,y in it],it.has_multi_index
np.nditer(np.arange(3),flags=['multi_index','external_loop'])
np.nditer(np.arange(3),flags=['c_index','f_index'])
it=np.nditer(np.arange(3),flags=['c_index']); it.enable_external_loop()
it=np.nditer(np.arange(3),flags=['multi_index']); it.remove_multi_index(); it.enable_external_loop(); [x.tolist() for x in it]
[int(x) for x in np.nditer(np.arange(8).reshape(2,2,2).T)]
[x.flags.writeable for x in np.nditer([np.arange(2),np.zeros((2,1))[:,0]])]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4)[:,::2],flags=['external_loop'])]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4)[:,::2],flags=['external_loop','buffered'])]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4),flags=['external_loop'])]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4),flags=['external_loop'],order='F')]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4)[::-1],flags=['external_loop'])]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4)[::-1,::-1],flags=['external_loop'])]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4)[:,:2],flags=['external_loop'])]
[(x.tolist(),y.tolist()) for x,y in np.nditer([np.arange(6).reshape(2,3),np.arange(3)],flags=['external_loop'])]
[(x.tolist(),y.tolist()) for x,y in np.nditer([np.arange(6).reshape(2,3),np.arange(2).reshape(2,1)],flags=['external_loop'])]
a=np.arange(12).reshape(3,4); it=np.nditer(a[:,::2],flags=['external_loop'],op_flags=['readwrite']); exec('for x in it: x[...]=-x'); a
a=np.arange(12).reshape(3,4); it=np.nditer(a.T[::-1],flags=['external_loop'],op_flags=['readwrite']); exec('for x in it: x[...]=-x'); a
a=np.arange(6).reshape(2,3); b=np.zeros(2,int).reshape(2,1); it=np.nditer([a,b],flags=['reduce_ok'],op_flags=[['readonly'],['readwrite']]); exec('for x,y in it: y[...]+=x'); b
a=np.arange(6).reshape(2,3); b=np.zeros(3,int); it=np.nditer([a,b],flags=['reduce_ok','external_loop'],op_flags=[['readonly'],['readwrite']]); exec('for x,y in it: y[...]+=x'); b
[x.tolist() for x in np.nditer(np.array(5),flags=['external_loop'])]
[x.tolist() for x in np.nditer(np.zeros((0,3)),flags=['external_loop','zerosize_ok'])]
it=np.nditer(np.arange(12).reshape(3,4)[:,::2],flags=['external_loop']); next(it).tolist(), next(it).tolist(), next(it).tolist()
it=np.nditer([np.arange(12).reshape(3,4),None]); exec('for x,y in it: y[...]=x*x'); it.operands[1]
it=np.nditer([np.arange(12).reshape(3,4)[::-1],None],flags=['external_loop']); exec('for x,y in it: y[...]=x*x'); it.operands[1]
it=np.nditer(np.zeros((2,3))); (it.shape,it.ndim,it.itersize,it.iterrange)
it=np.nditer(np.zeros((2,3))[:,::2]); (it.shape,it.ndim)
it=np.nditer(np.zeros((2,3)),flags=['multi_index']); it.remove_multi_index(); (it.shape,it.ndim)
it=np.nditer(np.zeros((2,3)),flags=['c_index']); (it.shape,it.ndim)
it=np.nditer(np.zeros((2,3)),order='F'); (it.shape,it.ndim)
it=np.nditer(np.zeros((2,3)),flags=['external_loop']); (it.shape,it.ndim)
it=np.nditer([np.zeros((2,3)),np.zeros(3)]); (it.shape,it.ndim)
it=np.nditer([np.zeros((2,3)),np.zeros(3)]); [v.shape for v in it.itviews]
it=np.nditer(np.zeros((2,3)).T); [v.shape for v in it.itviews]
it=np.nditer(np.zeros((2,3)).T,flags=['multi_index']); [v.shape for v in it.itviews]
it=np.nditer(np.zeros((2,3)).T,flags=['multi_index']); it.shape
np.nditer(np.zeros(3),flags=['buffered']).itviews
it=np.nditer([np.zeros(1),np.array(2)],op_flags=[['readonly'],['readwrite']]); [(float(x),int(y)) for x,y in it]
[x.tolist() for x in np.nditer(np.arange(9).reshape(3,3)[::-1],flags=['buffered','external_loop'],op_dtypes='f8')]
[float(x) for x in np.nditer(np.arange(6).reshape(2,3)[::-1].T,flags=['buffered'],op_dtypes='f8')]
it=np.nditer(np.zeros((2,1,3)),flags=['multi_index']); (it.shape,it.ndim)
it=np.nditer(np.zeros((2,1,3))); (it.shape,it.ndim)
it=np.nditer(np.array(5)); (it.shape,it.ndim)
it=np.nditer(np.arange(6),flags=['ranged']); it.iterrange=(2,4); [int(x) for x in it]
it=np.nditer(np.arange(6)); it.iterrange=(2,4); 0
it=np.nditer(np.arange(6)); it.iterindex=2; int(it[0])
it=np.nditer(np.arange(6),flags=['c_index']); it.index=2; int(it[0])
it=np.nditer(np.arange(6).reshape(2,3).T,flags=['c_index']); it.index=2; int(it[0])
[x.tolist() for x in np.nditer(np.arange(10),flags=['external_loop','buffered'],buffersize=4)]
[x.tolist() for x in np.nditer(np.arange(10)[::-1],flags=['external_loop','buffered'],buffersize=4,order='C')]
[x.tolist() for x in np.nditer(np.arange(12).reshape(3,4),flags=['external_loop','buffered'],buffersize=5,order='F')]
[x.tolist() for x in np.nditer(np.arange(10),flags=['external_loop','buffered','grow_inner'],buffersize=4)]
a=np.arange(5); it=np.nditer(a,flags=['buffered'],op_flags=['readwrite'],op_dtypes=['f8'],casting='same_kind'); 0
a=np.arange(5)*1.0; it=np.nditer(a,flags=['buffered'],op_flags=['readwrite'],op_dtypes=['f4'],casting='same_kind'); exec('with it:\n for x in it: x[...]=x*2'); a
a=np.arange(5); it=np.nditer(a,flags=['buffered'],op_flags=['readwrite'],op_dtypes=['f8'],casting='unsafe'); exec('with it:\n for x in it: x[...]=x*2.5'); a
a=np.arange(5); it=np.nditer(a,op_flags=['readwrite','copy'],op_dtypes=['f8'],casting='unsafe'); exec('with it:\n for x in it: x[...]=x*2.5'); a
a=np.arange(5); it=np.nditer(a,op_flags=['readwrite','updateifcopy'],op_dtypes=['f8'],casting='unsafe'); exec('with it:\n for x in it: x[...]=x*2.5'); a
a=np.arange(6.); b=a.astype('f4'); i=np.nditer(a,flags=['buffered'],op_flags=['readwrite'],op_dtypes=['f4'],casting='same_kind'); exec('with i:\n x=i.operands\n for y in i: y[...]=-1'); (a, x[0] is a)
it=np.nditer([np.arange(3),None],op_dtypes=[None,'f4']); exec('for x,y in it: y[...]=x'); it.operands[1]
it=np.nditer([np.arange(3),None],flags=['buffered'],op_dtypes=['f8','f4'],op_flags=[['readonly'],['writeonly','allocate']]); exec('for x,y in it: y[...]=x/2'); it.operands[1]
np.nditer([np.arange(3)]*70).nop
[len(x) for x in np.nditer([np.arange(3)]*70)]
a=np.arange(3); it=np.nditer([a]*70,op_flags=[['readwrite']]*70); exec('for x in it: x[69][...]=x[68]+1'); a
it=np.nditer(np.arange(6).reshape(2,3),op_axes=[[1,0]],flags=['multi_index']); [(it.multi_index,int(x)) for x in it]
it=np.nditer([np.arange(2),np.arange(3)],op_axes=[[0,-1],[-1,0]]); [(int(a),int(b)) for a,b in it]
it=np.nditer([np.arange(2),np.arange(3),None],op_axes=[[0,-1],[-1,0],None]); exec('for a,b,c in it: c[...]=a*b'); it.operands[2]
it=np.nditer([np.arange(6).reshape(2,3),None],flags=['reduce_ok'],op_flags=[['readonly'],['readwrite','allocate']],op_axes=[None,[0,-1]]); it.operands[1][...]=0; exec('for a,b in it: b[...]+=a'); it.operands[1]
it=np.nditer([np.arange(6).reshape(2,3),None],flags=['reduce_ok','buffered','delay_bufalloc'],op_flags=[['readonly'],['readwrite','allocate']],op_axes=[None,[0,-1]]); it.operands[1][...]=0; it.reset(); exec('for a,b in it: b[...]+=a'); it.operands[1]
it=np.nditer(np.arange(3),flags=['buffered','delay_bufalloc']); it.has_delayed_bufalloc
it=np.nditer(np.arange(3),flags=['buffered','delay_bufalloc']); it[0]
it=np.nditer(np.arange(3),flags=['buffered','delay_bufalloc']); it.reset(); (it.has_delayed_bufalloc,int(it[0]))
np.nditer(np.arange(3),op_flags=['readonly','readwrite'])
np.nditer(np.arange(3),op_flags=['bad'])
np.nditer(np.arange(3),op_flags=[['readonly'],['readonly']])
np.nditer(np.arange(3),op_dtypes=['f8'],op_flags=['readonly','copy']).operands[0].dtype
np.nditer(np.arange(3),op_dtypes=['i2'],op_flags=['readonly','copy'])
np.nditer(np.arange(3),order='Q')
np.nditer([None,None])
np.nditer(None)
np.nditer([np.arange(3),None],op_flags=[['readonly'],['readonly']])
np.nditer([np.arange(3),None],op_flags=[['readonly'],['readwrite']])
x=np.zeros(3); x.flags.writeable=False; np.nditer(x,op_flags=['readwrite'])
np.nditer(5.0,op_flags=['readwrite'])
np.nditer([1,2],op_flags=['readwrite']).operands
it=np.nditer(np.arange(3),op_flags=['readonly']); it[0]=5; 0
it=np.nditer([np.arange(3),np.arange(3)],op_flags=[['readwrite'],['readonly']]); it[0:1]=[9]; it.operands[0]
it=np.nditer([np.arange(3),np.arange(3)],op_flags=[['readwrite'],['readonly']]); del it[0]; 0
np.nditer(np.arange(6),itershape=(2,6)).itersize
np.nditer(np.arange(6).reshape(2,3),itershape=(2,-1)).itersize
np.nditer([np.arange(6)],op_axes=[[-1,0]],itershape=(2,6)).itersize
it=np.nditer(np.arange(6).reshape(2,3)); it.close(); it.operands
it=np.nditer(np.arange(6).reshape(2,3)); it.close(); it[0]
it=np.nditer(np.arange(6).reshape(2,3)); it.close(); list(it)
it=np.nditer([np.arange(6).reshape(2,3),np.zeros((2,3),'f4')],flags=['common_dtype','buffered']); it.dtypes
it=np.nditer([np.arange(6).reshape(2,3),np.zeros((2,3),'f4')],flags=['common_dtype']); it.dtypes
it=np.nditer(np.arange(6).reshape(2,3),flags=['multi_index']); it.remove_axis(0); [int(x) for x in it]
it=np.nditer(np.arange(6).reshape(2,3)); it.remove_axis(0)
[x.tolist() for x in np.nditer(np.arange(10),flags=['external_loop','buffered'],buffersize=4)]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4)[:,:,::2],flags=['external_loop','buffered'],buffersize=4)]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4)[:,:,::2],flags=['external_loop','buffered'],buffersize=7)]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4)[:,:,::2],flags=['external_loop','buffered','grow_inner'],buffersize=7)]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4),flags=['external_loop','buffered'],buffersize=10,order='F')]
[x.tolist() for x in np.nditer(np.arange(24).reshape(2,3,4),flags=['external_loop','buffered'],buffersize=13,op_dtypes='f8')]
[(x.tolist(),y.tolist()) for x,y in np.nditer([np.arange(24).reshape(2,3,4),np.arange(4)],flags=['external_loop','buffered'],buffersize=13)]
[(x.tolist(),y.tolist()) for x,y in np.nditer([np.arange(24).reshape(2,3,4),np.arange(4)],flags=['external_loop'])]
[len(x) for x in np.nditer(np.arange(20000),flags=['external_loop','buffered'])]
[len(x) for x in np.nditer(np.zeros((300,100)),flags=['external_loop','buffered'],order='F')]
a=np.arange(12).reshape(3,4); it=np.nditer(a[:,::2],flags=['external_loop','buffered'],op_flags=['readwrite'],buffersize=4); r=[]; exec('with it:\n for x in it: r.append(len(x)); x[...]=-x'); (a,r)
a=np.arange(12).reshape(3,4); it=np.nditer([a,a.T.copy().T],flags=['external_loop','buffered'],op_flags=[['readwrite'],['readonly']]); r=[]; exec('with it:\n for x,y in it: r.append(len(x)); x[...]=-y'); (a,r)
a=np.arange(12).reshape(3,4); it=np.nditer(a.T,flags=['external_loop','buffered'],order='C',op_flags=['readwrite'],buffersize=5); r=[]; exec('with it:\n for x in it: r.append(len(x)); x[...]=-x'); (a,r)
a=np.arange(12,dtype='f4').reshape(3,4); it=np.nditer(a.T,flags=['external_loop','buffered'],op_dtypes='f8',casting='same_kind',order='C',op_flags=['readwrite'],buffersize=5); r=[]; exec('with it:\n for x in it: r.append(len(x)); x[...]=-x'); (a,r)
a=np.arange(6); it=np.nditer([a[:-1],a[1:]],flags=['copy_if_overlap'],op_flags=[['readonly'],['writeonly']]); exec('with it:\n for x,y in it: y[...]=x'); a
a=np.arange(6); it=np.nditer([a,a.T],op_flags=[['readonly'],['readwrite','updateifcopy']],op_dtypes=['i8','f8'],casting='unsafe'); exec('with it:\n for x,y in it: y[...]=x*2.5'); a
it=np.nditer(np.arange(24).reshape(2,3,4)[:,::-1],flags=['multi_index']); it.remove_axis(1); [(it.multi_index,int(x)) for x in it]
it=np.nditer(np.arange(24).reshape(2,3,4)[:,::-1],flags=['multi_index','f_index']); [(it.index,int(x)) for x in it]; it.index=5; (it.index,it.multi_index)
it=np.nditer(np.arange(24).reshape(2,3,4)[:,::-1],flags=['f_index']); r=[(it.index,int(x)) for x in it]; it.index=5; (it.index,it.shape,r)
it=np.nditer(np.arange(24).reshape(2,3,4)[:,::-1],flags=['c_index']); it.index=24; 0
it=np.nditer(np.arange(24).reshape(2,3,4)[:,::-1],flags=['c_index']); it.index=-1; 0
it=np.nditer(np.arange(4)); it.iterindex=4; 0
it=np.nditer(np.arange(4)); it.iterindex=-1; 0
it=np.nditer(np.arange(4)); it.index=1; 0
it=np.nditer(np.arange(4)); it.index
it=np.nditer(np.arange(6),flags=['ranged']); it.iterrange=(4,2); 0
it=np.nditer(np.arange(6),flags=['ranged']); it.iterrange=(2,9); 0
it=np.nditer(np.arange(6),flags=['ranged']); it.iterrange=(2,5); r=[int(x) for x in it]; it.reset(); (r,[int(x) for x in it],it.iterrange,it.itersize)
it=np.nditer([np.arange(3),np.arange(3)],op_flags=[['readwrite'],['readonly']]); it[0:2]=[9]; 0
it=np.nditer([np.arange(3),np.arange(3)],op_flags=[['readwrite'],['readonly']]); it[1]=9; 0
it=np.nditer([np.arange(3),np.arange(3)],op_flags=[['readwrite'],[]]); 0
it=np.nditer(np.arange(3),op_flags=[]); 0
it=np.nditer(np.arange(3),op_flags=5); 0
it=np.nditer(np.arange(6).reshape(2,3),flags=['multi_index']); it.remove_axis(5)
it=np.nditer(np.arange(6).reshape(2,3),flags=['multi_index']); next(it); c=it.copy(); (c.multi_index,[int(x) for x in c],it.multi_index)
"""

NESTED = r"""
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[1],[0,2]],flags=['multi_index']); [(i.multi_index,[(j.multi_index,int(y)) for y in j]) for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[0],[1,2]]); [[int(y) for y in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[],[1,2]]); [[int(y) for y in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[0,1],[2]]); [[int(y) for y in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[0,1,2],[]]); [[int(y) for y in j] for x in i]
a=np.arange(12).reshape(2,3,2)[::-1]; i,j=np.nested_iters(a,[[0,2],[1]]); [[int(y) for y in j] for x in i]
a=np.arange(12).reshape(2,3,2)[:,::-1]; i,j,k=np.nested_iters(a,[[2],[0],[1]]); [[[int(y) for y in k] for z in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j,k=np.nested_iters(a,[[2],[0],[1]],flags=['external_loop']); [[[y.tolist() for y in k] for z in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[2],[0,1]],flags=['external_loop','buffered']); [[y.tolist() for y in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters([a,a.T.copy().T],[[2],[0,1]]); [[(int(y),int(z)) for y,z in j] for x in i]
a=np.arange(12).reshape(2,3,2); b=np.arange(3).reshape(1,3,1); i,j=np.nested_iters([a,b],[[2],[0,1]]); [[(int(y),int(z)) for y,z in j] for x in i]
a=np.arange(12).reshape(2,3,2); i,j=np.nested_iters(a,[[2],[0,1]],op_flags=['readwrite']); exec('for x in i:\n for y in j: y[...]=-y'); a
a=np.arange(6).reshape(2,3); i,j=np.nested_iters([a,None],[[0],[1]],flags=['reduce_ok'],op_flags=[['readonly'],['readwrite','allocate']]); exec('for x,y in i:\n y[...]=0\n for z,w in j: w[...]+=z'); i.operands[1]
a=np.arange(6).reshape(2,3); i,j=np.nested_iters([a,None],[[1],[0]],flags=['reduce_ok'],op_flags=[['readonly'],['readwrite','allocate']]); exec('for x,y in i:\n y[...]=0\n for z,w in j: w[...]+=z'); i.operands[1]
a=np.arange(6.,dtype='f4').reshape(2,3); i,j=np.nested_iters(a,[[0],[1]],flags=['buffered'],op_flags=['readwrite'],casting='same_kind',op_dtypes='f8'); exec('for x in i:\n for y in j: y[...]=y*2'); (a,j.dtypes,i.dtypes)
a=np.arange(6.,dtype='f4').reshape(2,3); i,j=np.nested_iters(a,[[0],[1]],flags=['buffered'],casting='same_kind',op_dtypes='f8'); [[y.dtype.name for y in j] for x in i],j.dtypes,i.dtypes
a=np.arange(6.,dtype='f4').reshape(2,3); np.nested_iters(a,[[0],[1]],op_dtypes='f8')
a=np.arange(6).reshape(2,3); i,j=np.nested_iters(a,[[0],[1]],flags=['multi_index']); i.multi_index=(1,); [int(x) for x in j]
a=np.arange(6).reshape(2,3); i,j=np.nested_iters(a,[[0],[1]]); i.iternext(); r=[int(x) for x in j]; i.reset(); (r,[int(x) for x in j])
a=np.arange(6).reshape(2,3); i,j=np.nested_iters(a,[[0],[1]]); i.iternext(); int(j[0]),int(i[0])
a=np.arange(6).reshape(2,3); i,j=np.nested_iters(a,[[0],[1]],flags=['c_index']); [(i.index,j.index,int(y)) for x in i for y in j]
a=np.arange(6).reshape(2,3); i,j=np.nested_iters(a.T,[[0],[1]],order='F',flags=['multi_index']); [(i.multi_index,j.multi_index,int(y)) for x in i for y in j]
a=np.zeros((2,0,3)); i,j=np.nested_iters(a,[[0],[1,2]],flags=['zerosize_ok']); [[int(y) for y in j] for x in i]
a=np.zeros((2,0,3)); i,j=np.nested_iters(a,[[1],[0,2]],flags=['zerosize_ok']); [[int(y) for y in j] for x in i]
np.nested_iters(np.zeros((2,0,3)),[[1],[0,2]])
[(i.shape,i.ndim,i.nop,i.itersize) for i in np.nested_iters(np.zeros((2,3,4)),[[0,1],[2]])]
a=np.arange(12).reshape(2,3,2); np.nested_iters(a)
np.nested_iters(np.zeros((2,3)),[[0]])
np.nested_iters(np.zeros((2,3)),[[0],[0]])
np.nested_iters(np.zeros((2,3)),[[0],[1,2]])
np.nested_iters(np.zeros((2,3)),[[3],[0]])
np.nested_iters(np.zeros((2,3)),[[0],[-1]])
np.nested_iters(np.zeros((2,3)),5)
np.nested_iters(np.zeros((2,3)),[0,1])
np.nested_iters(np.zeros((2,3)),([0],(1,)))[1].itersize
np.nested_iters([np.zeros((2,3)),np.zeros(3)],[[0],[1]])
np.nested_iters([[1,2],[3,4]],[[0],[1]])
"""


@pytest.mark.parametrize("code", cases(NDITER) + cases(NESTED))
def test_same(code):
    same(code)
