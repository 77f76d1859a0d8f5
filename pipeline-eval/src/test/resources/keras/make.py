"""Writes files in the form of Keras 2 (model.save("FILE.h5")) with random weights, and what NumPy and SciPy compute of two images.

python3 make.py, with h5py, numpy and scipy; the images are x[n,i,j,c] = (7 n + 31 i + 17 j + 101 c) mod 256.
"""
import h5py, json, numpy as np
rng=np.random.default_rng(7)
def arr(*s): return (rng.standard_normal(s)*0.3).astype('f4')
def save(path, cfg, weights):
    with h5py.File(path,'w') as f:
        f.attrs['backend']=np.bytes_('tensorflow'); f.attrs['keras_version']=np.bytes_('2.11.0')
        f.attrs['model_config']=np.bytes_(json.dumps(cfg))
        g=f.create_group('model_weights')
        g.attrs['backend']=np.bytes_('tensorflow'); g.attrs['keras_version']=np.bytes_('2.11.0')
        g.attrs['layer_names']=np.array([np.bytes_(n) for n in weights])
        for n,ws in weights.items():
            h=g.create_group(n)
            h.attrs['weight_names']=np.array([np.bytes_(n+'/'+k+':0') for k in ws]) if ws else np.array([],dtype='S1')
            for k,v in ws.items(): h.create_dataset(n+'/'+k+':0',data=v)
def conv(name,filters,k,padding='same',act='relu',strides=1,shape=None):
    c=dict(name=name,trainable=True,dtype='float32',filters=filters,kernel_size=[k,k],strides=[strides,strides],padding=padding,data_format='channels_last',dilation_rate=[1,1],groups=1,activation=act,use_bias=True,kernel_initializer=dict(class_name='GlorotUniform',config=dict(seed=None)),bias_initializer=dict(class_name='Zeros',config={}),kernel_regularizer=None,bias_regularizer=None,activity_regularizer=None,kernel_constraint=None,bias_constraint=None)
    if shape: c['batch_input_shape']=[None]+shape
    return dict(class_name='Conv2D',config=c)
def bn(name): return dict(class_name='BatchNormalization',config=dict(name=name,trainable=True,dtype='float32',axis=[3],momentum=0.99,epsilon=0.001,center=True,scale=True,beta_initializer=dict(class_name='Zeros',config={}),gamma_initializer=dict(class_name='Ones',config={}),moving_mean_initializer=dict(class_name='Zeros',config={}),moving_variance_initializer=dict(class_name='Ones',config={}),beta_regularizer=None,gamma_regularizer=None,beta_constraint=None,gamma_constraint=None))
def pool(name): return dict(class_name='MaxPooling2D',config=dict(name=name,trainable=True,dtype='float32',pool_size=[2,2],padding='valid',strides=[2,2],data_format='channels_last'))
def gap(name): return dict(class_name='GlobalAveragePooling2D',config=dict(name=name,trainable=True,dtype='float32',data_format='channels_last'))
def flat(name): return dict(class_name='Flatten',config=dict(name=name,trainable=True,dtype='float32',data_format='channels_last'))
def dense(name,u,act): return dict(class_name='Dense',config=dict(name=name,trainable=True,dtype='float32',units=u,activation=act,use_bias=True,kernel_initializer=dict(class_name='GlorotUniform',config=dict(seed=None)),bias_initializer=dict(class_name='Zeros',config={}),kernel_regularizer=None,bias_regularizer=None,activity_regularizer=None,kernel_constraint=None,bias_constraint=None))
H,W=12,10
w={'conv1':dict(kernel=arr(3,3,3,5),bias=arr(5)),'norm':dict(gamma=arr(5)+1,beta=arr(5),moving_mean=arr(5),moving_variance=np.abs(arr(5))+.5),'pool':{},'conv2':dict(kernel=arr(3,3,5,7),bias=arr(7)),'flatten':{},'dense':dict(kernel=arr(6*5*7,4),bias=arr(4))}
layers=[conv('conv1',5,3,shape=[H,W,3]),bn('norm'),pool('pool'),conv('conv2',7,3),flat('flatten'),dense('dense',4,'softmax')]
inp=dict(class_name='InputLayer',config=dict(batch_input_shape=[None,H,W,3],dtype='float32',sparse=False,ragged=False,name='conv1_input'))
save('sequential.h5',dict(class_name='Sequential',config=dict(name='seq',layers=[inp]+layers)),w)
# functional
def node(l,ins): l=dict(l); l['name']=l['config']['name']; l['inbound_nodes']=[[[i,0,0,{}] for i in ins]] if ins else []; return l
inp2=dict(class_name='InputLayer',config=dict(batch_input_shape=[None,H,W,3],dtype='float32',sparse=False,ragged=False,name='image'))
L=[node(inp2,[]),node(conv('conv1',5,3),['image']),node(bn('norm'),['conv1']),node(conv('conv3',5,1),['image']),node(dict(class_name='Add',config=dict(name='add',trainable=True,dtype='float32')),['norm','conv3']),node(conv('conv2',7,3),['add']),node(gap('gap'),['conv2'])]
w2={'image':{},'conv1':w['conv1'],'norm':w['norm'],'conv3':dict(kernel=arr(1,1,3,5),bias=arr(5)),'add':{},'conv2':w['conv2'],'gap':{}}
save('functional.h5',dict(class_name='Functional',config=dict(name='f',layers=L,input_layers=[['image',0,0]],output_layers=[['gap',0,0]])),w2)
# numpy reference
from scipy.signal import correlate
def c2(x,k,b):
    n,h,wd,_=x.shape; out=np.zeros((n,h,wd,k.shape[3]))
    for i in range(n):
        for o in range(k.shape[3]):
            for c in range(k.shape[2]): out[i,:,:,o]+=correlate(x[i,:,:,c].astype('f8'),k[:,:,c,o].astype('f8'),mode='same')
            out[i,:,:,o]+=b[o]
    return np.maximum(out,0)
n,i,j,c=np.indices((2,H,W,3)); x=((7*n+31*i+17*j+101*c)%256)/255.0
a=c2(x,**{'k':w['conv1']['kernel'],'b':w['conv1']['bias']})
n=w['norm']; bnx=(a-n['moving_mean'])/np.sqrt(n['moving_variance']+.001)*n['gamma']+n['beta']
p=bnx.reshape(2,H//2,2,W//2,2,5).max((2,4))
cc=c2(p,w['conv2']['kernel'],w['conv2']['bias'])
z=cc.reshape(2,-1)@w['dense']['kernel'].astype('f8')+w['dense']['bias']; e=np.exp(z-z.max(1,keepdims=True)); sm=e/e.sum(1,keepdims=True)
f3=c2(x,w2['conv3']['kernel'],w2['conv3']['bias']); ff=c2(bnx+f3,w['conv2']['kernel'],w['conv2']['bias']).mean((1,2))
save('lambda.h5',dict(class_name='Sequential',config=dict(name='seq',layers=[inp,conv('conv1',5,3,shape=[H,W,3]),dict(class_name='Lambda',config=dict(name='run',trainable=True,dtype='float32',function=['4wEAAAAAAAAA',None,None],function_type='lambda',module='__main__',output_shape=None,output_shape_type='raw',output_shape_module=None,arguments={}))])),{'conv1':w['conv1'],'run':{}})
json.dump(dict(softmax=sm.tolist(),conv2=cc.mean((1,2)).tolist(),gap=ff.tolist()),open('expected.json','w'))
