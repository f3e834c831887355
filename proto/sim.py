"""Prototype of a block of personal_banking: users x days matrices, addressed draws, personas judged in SQL."""
import datetime as dt, sys, time
import numpy as np, pandas as pd, duckdb
sys.path.insert(0,"/work/main")
from synth_assets.model.draws import Draws
from synth_assets.model.calendar import Window
from synth_assets.model.permutation import Permutation
from statistics import NormalDist
ARCH=("high_utilizer","variable_income","subscription_heavy","savings_builder","cash_flow_stressed","multi_persona","stable","edge_cases")
WEIGHTS=(18,12,12,12,10,12,6,8)
P1,P2,P3,P4,P5=1,2,4,8,16
COMBOS=(P1|P5,P1|P3,P3|P5,P1|P2,P3|P4)
EDGE_FEATURES=(P1,P3,P5,P1,0,0,0)
def largest_remainder(weights,total):
    s=sum(weights); floors=[w*total//s for w in weights]; rest=sorted(range(len(weights)),key=lambda i:(-(weights[i]*total%s),i))
    for i in rest[:total-sum(floors)]: floors[i]+=1
    return floors
assert largest_remainder(WEIGHTS,75)==[15,10,10,10,8,10,5,7]
_SN=np.array([NormalDist().inv_cdf((i+.5)/4096) for i in range(4096)])
def lognormal(field,median,sigma): return median*np.exp(sigma*_SN[field>>4])
def unit(field): return field.astype(np.float64)/65536
# rate a month, weekday weights, median $, sigma, category, brands, on card share
STREAMS={
 "groceries":(5.5,(.8,.8,.8,.9,1.1,1.5,1.3),68,.50,"FOOD_AND_DRINK","FOOD_AND_DRINK_GROCERIES",12),
 "dining":(9,(.7,.8,.9,1.0,1.5,1.5,.9),27,.55,"FOOD_AND_DRINK","FOOD_AND_DRINK_RESTAURANT",220),
 "coffee":(7,(1.3,1.3,1.3,1.3,1.3,.4,.4),6.3,.3,"FOOD_AND_DRINK","FOOD_AND_DRINK_COFFEE",30),
 "fuel":(3.5,(1,1,1,1,1.2,1,.9),45,.25,"TRANSPORTATION","TRANSPORTATION_GAS",14),
 "rides":(1.5,(.7,.7,.8,1,1.6,1.6,.9),18,.5,"TRANSPORTATION","TRANSPORTATION_TAXIS_AND_RIDE_SHARES",8),
 "marketplace":(4.5,(1,1,1,1,1,1,1),38,.9,"GENERAL_MERCHANDISE","GENERAL_MERCHANDISE_ONLINE_MARKETPLACES",14),
 "superstores":(2,(.7,.7,.7,.8,1,1.6,1.5),75,.6,"GENERAL_MERCHANDISE","GENERAL_MERCHANDISE_SUPERSTORES",8),
 "medical":(1.0,(1.2,1.2,1.2,1.2,1.2,.4,.2),85,.8,"MEDICAL","MEDICAL_PHARMACIES_AND_SUPPLEMENTS",10),
 "entertainment":(1.6,(.5,.5,.6,.8,1.5,1.9,1.2),42,.6,"ENTERTAINMENT","ENTERTAINMENT_SPORTING_EVENTS",40),
}
SUBS=("Netflix",1799),("Spotify",1199),("Planet Fitness",2500),("iCloud",999),("NYTimes",1700),("HelloFresh",4999),("YouTube Premium",1399),("Adobe",4999),("Hulu",999),("Audible",1495)
SHAPE=np.array([1500,600,350,300,250,200,170,150,120,95,80,65,50,40])
CHECKING,SAVINGS,CARD=0,1,2
def simulate(start,stop,N,seed,as_of=dt.date(2026,11,21)):
    W=Window(as_of,7); T=W.length; U=stop-start
    draws=Draws(seed,"personal_banking","users"); user=np.arange(start,stop)
    counts=largest_remainder(WEIGHTS,N); ends=np.cumsum(counts)
    rank=Permutation(draws.key("archetype"),N)(user)
    arch=np.searchsorted(ends,rank,side="right"); within=rank-np.concatenate([[0],ends])[arch]
    edge=np.where(arch==7,within%7,-1)
    feat=np.select([arch<5,arch==5,arch==7],[1<<np.minimum(arch,4),np.array(COMBOS)[within%5],np.array(EDGE_FEATURES)[within%7]],0)
    has=lambda p:(feat&p)>0
    day=np.arange(T); dates=W.dates[:T]; dom=np.array([d.day for d in dates]); dow=W.weekday[:T]; bus=W.is_business[:T]
    cell=user[:,None]*512+day[None,:]
    E=[]
    def put(mask_or_ud,amount,acct,cat,detail,merchant,seq):
        u,d=mask_or_ud
        n=len(u); b=lambda x:np.broadcast_to(np.asarray(x,dtype=object if not np.issubdtype(np.asarray(x).dtype,np.number) else np.int64),n)
        E.append((u,b(acct),d,b(seq),np.asarray(amount).astype(np.int64),b(cat),b(detail),b(merchant)))
    a,b_,c,d_=draws.fields("income",user); monthly=np.clip(lognormal(a,5600,.30),4400,12000)
    cad=np.searchsorted(np.array([.27,.70,.90]),unit(b_),side="right") # 0 weekly 1 biweekly 2 semi 3 monthly
    cad=np.where(has(P5),1,cad)
    phase=(unit(c)*14).astype(int)
    fridays=np.flatnonzero((dow==4))
    def back(mask): # move to the previous business day
        out=np.zeros_like(mask)
        idx=np.flatnonzero(bus); prev=idx[np.maximum(np.searchsorted(idx,day,side="right")-1,0)]
        r,cc=np.nonzero(mask); out[r,prev[cc]]=True; return out
    wk=(dow==4)[None,:].repeat(U,0)
    isoweek=(W.days[:T]+3)//7
    bi=wk&((isoweek[None,:]+ (phase%2)[:,None])%2==0)
    lastbus=np.array([ (dates[i].month!=(dates[i]+dt.timedelta(1)).month) for i in range(T)])
    semi=((dom==15)|lastbus)[None,:].repeat(U,0); mon=lastbus[None,:].repeat(U,0)
    pay=np.select([(cad==k)[:,None] for k in range(4)],[back(wk),back(bi),back(semi),back(mon)])
    per=np.choose(cad,[7,14,365/24,365/12])
    # P5: strict 14-day cycle
    pay[has(P5)]=False
    p5cycle=np.where(edge==2,15,14)
    # phase so that the edge user's 30-day halves align on as_of
    p5phase=np.where(edge==2,(T%15),phase%14)
    pay|=has(P5)[:,None]&(((day[None,:]-p5phase[:,None])%p5cycle[:,None])==0)
    # P2
    gap=48+(unit(d_)*8).astype(int); last=T-1-(gap-6-(unit(a)*8).astype(int))
    p2=((last[:,None]-day[None,:])%gap[:,None]==0)&(day[None,:]<=last[:,None])
    pay=np.where(has(P2)[:,None],p2,pay); per=np.where(has(P2),gap,per)
    check=(monthly*per/30.4)
    noise=draws.fields("pay",cell.ravel()).reshape(4,U,T)
    cv=np.where(has(P2),.08,.01)
    paycheck=(check[:,None]*(1+cv[:,None]*_SN[noise[0]>>4])*100).astype(np.int64)
    none=np.isin(edge,[4]); active=~none; plain=active&~has(P5)
    u,d=np.nonzero(pay&plain[:,None]); put((u,d),-paycheck[u,d],CHECKING,"INCOME","INCOME_WAGES","ACME PAYROLL",0)
    # rent, utilities, car
    r=draws.fields("fixed",user); rentday=1+(unit(r[0])*3).astype(int); rent=(monthly*(.28+.08*unit(r[1]))*100).astype(np.int64)
    m=(dom[None,:]==rentday[:,None])&plain[:,None]; u,d=np.nonzero(m); put((u,d),rent[u],CHECKING,"RENT_AND_UTILITIES","RENT_AND_UTILITIES_RENT",None,1)
    ud=5+(unit(r[2])*20).astype(int); m=(dom[None,:]==ud[:,None])&plain[:,None]; u,d=np.nonzero(m); put((u,d),(monthly[u]*4*(1+.15*np.sin(d/30.))).astype(np.int64),CHECKING,"RENT_AND_UTILITIES","RENT_AND_UTILITIES_GAS_AND_ELECTRICITY",None,1)
    cd=3+(unit(r[3])*22).astype(int); m=(dom[None,:]==cd[:,None])&plain[:,None]; u,d=np.nonzero(m); put((u,d),(monthly[u]*9).astype(np.int64),CHECKING,"LOAN_PAYMENTS","LOAN_PAYMENTS_CAR_PAYMENT",None,1)
    # card
    f=draws.fields("card",user); hascard=(has(P1)|(has(P3)&has(P5))|(~has(P5)&(has(P4)&(unit(f[0])<.8)|(unit(f[0])<.7))))&(edge!=6)&(edge!=4)&(edge!=5)
    oncard=hascard&~has(P1)  # transactors put spending on the card
    share=np.where(hascard,np.where(has(P1),.25,.45),0.)
    # subscriptions
    s=draws.fields("subs",user); nsub=np.where(has(P3),3+(unit(s[0])*4).astype(int),(unit(s[0])*3).astype(int)); nsub=np.where(edge==1,3,nsub); nsub=np.where(none,0,nsub)
    banned={(as_of+dt.timedelta(k)).day for k in (1,2,3)}
    okdays=np.array([x for x in range(1,29) if x not in banned])
    scale=np.where(has(P3),1.,1.)
    for k in range(7):
        g=draws.fields(f"sub {k}",user); which=np.where(has(P3)&(k==0),[5,7][seed%2],np.where(has(P3)&(k==1),2,np.array([0,1,3,4,6,8,9])[(k+(unit(s[1])*7).astype(int))%7]))
        sd=okdays[(unit(g[0])*len(okdays)).astype(int)]
        m=(dom[None,:]==sd[:,None])&(nsub>k)[:,None]&(hascard|plain)[:,None]
        u,d=np.nonzero(m); names=np.array([x[0] for x in SUBS],dtype=object); price=np.array([x[1] for x in SUBS])
        put((u,d),price[which[u]],np.where(hascard[u],CARD,CHECKING),"ENTERTAINMENT","ENTERTAINMENT_TV_AND_MOVIES",names[which[u]],2)
    # variable spending
    subsum=np.zeros(U)
    budget=monthly*np.where(has(P2),1.06,.97)-rent/100-monthly*.04-monthly*.09-nsub*20-np.where(has(P4),monthly*.12,0)
    base=sum(v[0]*v[2]*np.exp(v[3]**2/2) for v in STREAMS.values())
    factor=np.clip(budget/base,.4,2.5)
    for name,(rate,wd,med,sig,cat,det,brands) in STREAMS.items():
        w=np.array(wd); w=w/w.mean(); g=draws.fields(name,cell.ravel()).reshape(4,U,T)
        p=rate/30.4*w[dow]
        m=(unit(g[0])<p[None,:])&plain[:,None]
        if name in("groceries",): pass
        u,d=np.nonzero(m); visit=(np.cumsum(m,1)-1)[u,d]
        off=draws.words("brand "+name,user)%np.uint64(brands)
        brand=(visit+off[u].astype(int))%brands
        amt=(lognormal(g[1][u,d],med,sig)*factor[u]*100).astype(np.int64)+1
        card=hascard[u]&(unit(g[2][u,d])<share[u])
        put((u,d),amt,np.where(card,CARD,CHECKING),cat,det,np.array([f"{name} {i}" for i in range(brands)],dtype=object)[brand],3)
    # savings: P4 a transfer each payday; others hold still
    f2=draws.fields("savings",user); hassav=has(P4)|((unit(f2[0])<.5)&~has(P2)&active)
    amt=np.maximum(monthly*.12*per/30.4,240*per/30.4)*100
    u,d=np.nonzero(pay&(has(P4)&plain)[:,None]); 
    put((u,d),amt[u],CHECKING,"TRANSFER_OUT","TRANSFER_OUT_SAVINGS",None,4); put((u,d),-amt[u].astype(np.int64),SAVINGS,"TRANSFER_IN","TRANSFER_IN_SAVINGS",None,4)
    # card cycles
    limit=np.clip(np.round(lognormal(f[1],6500,.8)/100)*100,1000,25000)*100
    util=np.where(has(P1),.52+.4*unit(f[2]),.04+.2*unit(f[2])); util=np.where((edge==0),.5,util)
    return dict(W=W,T=T,U=U,user=user,arch=arch,edge=edge,feat=feat,E=E,pay=pay,plain=plain,has=has,hascard=hascard,hassav=hassav,limit=limit,util=util,p5phase=p5phase,p5cycle=p5cycle,monthly=monthly,draws=draws,cell=cell,dom=dom,day=day,put=put,paycheck=paycheck,per=per,active=active,nsub=nsub)
if __name__=="__main__":
    t=time.process_time(); r=simulate(0,1024,1024,42); print(time.process_time()-t, sum(len(e[0]) for e in r["E"]))
def finish(r):
    W,T,U,has,E,draws,user=r["W"],r["T"],r["U"],r["has"],r["E"],r["draws"],r["user"]
    day=r["day"]; dom=r["dom"]; put=r["put"]; hascard,hassav=r["hascard"],r["hassav"]; edge=r["edge"]; monthly=r["monthly"]; p5=has(P5)
    # P5 target balances
    f=draws.fields("stress",user); hi=.95+.3*unit(f[0]); lo=.75+.25*unit(f[1])
    ph=(day[None,:]-r["p5phase"][:,None])%r["p5cycle"][:,None]
    base14=SHAPE; A=np.array([1500,700,450,350,300,250,220,190,160,130,110,90,70,55,40]); B=A.copy(); B[10]=95
    cyc=((day[None,:]-r["p5phase"][:,None])//r["p5cycle"][:,None])
    tgt=np.where((edge==2)[:,None],np.where(cyc%2==0,A[np.minimum(ph,14)],B[np.minimum(ph,14)]),base14[np.minimum(ph,13)])
    tgt=(tgt*np.where(tgt>=100,np.where((edge==2)[:,None],1,hi[:,None]),lo[:,None])*100).astype(np.int64)
    flow=-np.diff(tgt,axis=1,prepend=tgt[:,:1])   # outflow positive
    # --- card cycles
    g=draws.fields("statement",user); sday=1+(unit(g[0])*28).astype(int); lag=21+(unit(g[1])*5).astype(int); apr=np.clip(21.5+3.8*_SN[g[2]>>4],12.99,29.99)/100
    purchases=np.zeros((U,T),np.int64)
    for (u,acct,d,s,a,c,de,mm) in E:
        k=acct==CARD; np.add.at(purchases,(u[k],d[k]),a[k])
    cum=np.cumsum(purchases,1)
    isst=dom[None,:]==sday[:,None]
    K=int(isst.sum(1).max()); st=np.full((U,K),T,int)
    uu,dd=np.nonzero(isst); k=np.cumsum(isst,1)[uu,dd]-1; st[uu,k]=dd
    revolver=has(P1)&(edge!=0)
    avg=cum[:,-1]/(T/30.4)
    opening=np.where(hascard,np.where(has(P1),r["limit"]*r["util"]-avg*.3,avg),0).astype(np.int64); opening=np.maximum(opening,0)
    bal_adj=np.zeros(U,np.int64); prev=opening.copy(); payments=[]; lastpay=np.zeros(U,np.int64); stmt=opening.copy(); minimum=np.zeros(U,np.int64)
    def payday_of(d): # P5 users pay on the cluster day after
        shift=(-(d-r["p5phase"]-1))%r["p5cycle"]
        return np.where(p5,d+shift,d)
    paid=np.zeros(U,np.int64)
    events=[]
    # payment of the statement before the window
    d0=payday_of(np.minimum(lag//2,T-1)); 
    for k in range(-1,K):
        if k>=0:
            sd=st[:,k]; ok=(sd<T)&hascard
            sd_=np.minimum(sd,T-1)
            interest=np.where(revolver&ok,np.maximum(stmt-0,0)*apr/12,0).astype(np.int64)
            u=np.flatnonzero(interest>0); events.append((u,CARD,sd_[u],interest[u],"BANK_FEES","BANK_FEES_INTEREST_CHARGE","INT"))
            bal=opening+cum[np.arange(U),sd_]+bal_adj+interest
            bal_adj+=interest; stmt=np.where(ok,bal,stmt); pd_=payday_of(sd+lag)
        else:
            ok=hascard.copy(); interest=(stmt*apr/12*revolver).astype(np.int64); pd_=d0
        mn=np.minimum(np.maximum(3500,(stmt*.01).astype(np.int64)+interest),stmt); minimum=np.where(ok,mn,minimum)
        amount=np.where(has(P1),np.where(edge==0,np.minimum(mn*2,stmt),mn),stmt)
        go=ok&(pd_<T)&(amount>0); u=np.flatnonzero(go)
        events.append((u,CARD,pd_[u],-amount[u],"LOAN_PAYMENTS","LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",None)); events.append((u,CHECKING,pd_[u],amount[u],"LOAN_PAYMENTS","LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",None))
        bal_adj=np.where(go,bal_adj-amount,bal_adj); lastpay=np.where(go,amount,lastpay)
    for u,acct,d,a,c,de,kind in events: put((u,d),a,acct,c,de,None,5)
    closing=opening+cum[:,-1]+bal_adj
    # exact half: a last purchase brings the balance to a multiple of $50
    half=np.flatnonzero(edge==0); add=(-closing[half])%5000+5000; put((half,np.full(len(half),T-2)),add,CARD,"GENERAL_MERCHANDISE","GENERAL_MERCHANDISE_SUPERSTORES","superstores 1",3); closing[half]+=add
    step=10000
    limit=np.maximum(1000_00,np.round(closing/np.maximum(r["util"],.01)/step)*step).astype(np.int64); limit=np.where(edge==0,closing*2,limit)
    # P5 outflows: what the target leaves after card payments
    chk=np.zeros((U,T),np.int64)
    for (u,acct,d,s,a,c,de,mm) in E:
        kk=acct==CHECKING; np.add.at(chk,(u[kk],d[kk]),a[kk])
    need=flow-chk      # for p5: still to go out
    needp=np.where(p5[:,None],need,0)
    needp[:,0]=0
    payd=r["pay"]&p5[:,None]
    u,d=np.nonzero(payd&(day[None,:]>0)); inc=np.maximum(200000,-needp[u,d]+20000); put((u,d),-inc,CHECKING,"INCOME","INCOME_WAGES","PAYROLL",0); needp[u,d]+=inc
    u,d=np.nonzero(needp>0); put((u,d),needp[u,d],CHECKING,"FOOD_AND_DRINK","FOOD_AND_DRINK_GROCERIES",None,6)
    bad=(needp<0).sum()
    # savings interest
    # assemble
    cols=[np.concatenate([e[i] for e in E]) for i in range(8)]
    df=pd.DataFrame(dict(user=cols[0],acct=cols[1],day=cols[2],seq=cols[3],amount=cols[4],cat=cols[5],detail=cols[6],merchant=cols[7]))
    chk=np.zeros((U,T),np.int64); sav=np.zeros((U,T),np.int64); crd=np.zeros((U,T),np.int64)
    for a,mx in ((0,chk),(1,sav),(2,crd)):
        k=df.acct==a; np.add.at(mx,(df.user[k],df.day[k]),df.amount[k])
    cumf=-np.cumsum(chk,1); buffer=(np.where(has(P2),120+150*unit(draws.fields("buffer",user)[0]),300+900*unit(draws.fields("buffer",user)[0]))*100).astype(np.int64)
    open_chk=np.where(p5,tgt[:,0]+chk[:,0],buffer-np.minimum(cumf.min(1),0))
    open_sav=((2000+8000*unit(draws.fields("nest",user)[0]))*100).astype(np.int64)
    acc=[]
    for u in range(U):
        acc.append((u,0,"checking",open_chk[u],open_chk[u]+cumf[u,-1],None))
        if hassav[u]: acc.append((u,1,"savings",open_sav[u],open_sav[u]-sav[u].sum(),None))
        if hascard[u]: acc.append((u,2,"credit_card",opening[u],closing[u],limit[u]))
    accounts=pd.DataFrame(acc,columns=["user","acct","type","opening","current","lim"])
    liab=pd.DataFrame(dict(user=np.flatnonzero(hascard),minimum=minimum[hascard],last=lastpay[hascard]))
    return df,accounts,liab,bad
SQL="""
with w as (select unnest([30,180]) as w),
uw as (select distinct a."user" u, w from accounts a, w),
credit as (select u,w, coalesce(max(current/lim),0) util from uw left join accounts a on a."user"=u and type='credit_card' group by all),
interest as (select u,w,count(*) filter(t."user" is not null) n from uw left join tx t on t."user"=u and detail='BANK_FEES_INTEREST_CHARGE' and day>$T-1-w group by all),
mino as (select u,w,coalesce(bool_or(abs(last-minimum)<=.1*minimum),false) m from uw left join liab l on l."user"=u group by all),
pays as (select "user" u,w,day,day-lag(day) over(partition by "user",w order by day) gap from tx,w where detail='INCOME_WAGES' and day>$T-1-w),
paygap as (select u,w,median(gap) g from pays group by all),
expense as (select u,w,coalesce(sum(amount),0)/(w/30.0) e from uw left join tx t on t."user"=u and amount>0 and t.day>$T-1-w and cat not in('TRANSFER_OUT','LOAN_PAYMENTS') and detail<>'x' group by u,w),
cash as (select "user" u,sum(current) c from accounts where type in('checking','savings') group by all),
charges as (select "user" u,merchant,day,amount,day-lag(day) over(partition by "user",merchant order by day) gap from tx where merchant is not null and amount>0 and day>$T-1-90),
rec as (select u,merchant,sum(amount) s from charges group by all having count(*)>=3 and avg(case when gap between 28 and 32 or gap between 5 and 9 then 1.0 when gap is null then null else 0 end)>=.7),
recs as (select uw.u,uw.w,count(merchant) n,coalesce(sum(s),0)/3 monthly from uw left join rec using(u) group by all),
outflow as (select u,w,sum(amount)/(w/30.0) o from uw join tx t on t."user"=u and amount>0 and t.day>$T-1-w and cat not in('TRANSFER_OUT','LOAN_PAYMENTS') group by u,w),
savs as (select u,w,-coalesce(sum(amount),0)/(w/30.0) inflow,-coalesce(sum(amount),0) total from uw left join tx t on t."user"=u and acct=1 and t.day>$T-1-w group by u,w),
savb as (select "user" u,current from accounts where type='savings'),
daily as (select a."user" u,d,a.opening-coalesce(sum(coalesce(f,0)) over(partition by a."user" order by d),0) b from accounts a cross join range(0,$T) r(d) left join (select "user" uu,day,sum(amount) f from tx where acct=0 group by all) x on x.uu=a."user" and x.day=d where type='checking'),
cf as (select u,w,avg((b<10000)::int) low,stddev_pop(b)/nullif(avg(b),0) vol from daily,w where d>$T-1-w group by all)
select u,w, (case when util>=.5 or i.n>0 or m then 1 else 0 end)
 + (case when g>45 and c<e then 2 else 0 end)
 + (case when recs.n>=3 and (monthly>=5000 or monthly>=.1*o) then 4 else 0 end)
 + (case when (inflow>=20000 or total>=.02*(sb.current-total)) and util<.3 then 8 else 0 end)
 + (case when low>=.3 and vol>1 then 16 else 0 end) as persona, util,i.n,m,g,c,e,recs.n rn,monthly,inflow,low,vol
from uw join credit using(u,w) join interest i using(u,w) join mino using(u,w) left join paygap using(u,w) join expense using(u,w) left join cash using(u) join recs using(u,w) left join outflow using(u,w) join savs using(u,w) left join savb sb using(u) join cf using(u,w) order by u,w
"""
def judge(r,df,accounts,liab):
    c=duckdb.connect(); c.register("tx",df); c.register("accounts",accounts); c.register("liab",liab)
    got=c.execute(SQL.replace("$T",str(r["T"]))).df()
    got["want"]=r["feat"][got.u]; got["arch"]=r["arch"][got.u]; got["edge"]=r["edge"][got.u]
    got.loc[(got.w==30),"want"]&=~2
    bad=got[got.persona!=got.want]
    return got,bad
if __name__=="__main__":
    N=int(sys.argv[1]); seed=int(sys.argv[2])
    r=simulate(0,N,N,seed); df,a,l,badneed=finish(r); print("negative needs",badneed,len(df))
    got,bad=judge(r,df,a,l); print(len(bad),"of",len(got)); print(bad.groupby(["arch","edge","w","want","persona"]).size()); print(bad.head(12).to_string())
